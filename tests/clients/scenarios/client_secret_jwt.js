// openid-client authenticates by assertions that it signs with its secret (OIDC Core §9).

import assert from 'node:assert/strict';

import * as client from 'openid-client';

import { signIn } from '../support/openid_client.js';
import { isInvalidClient, register } from '../support/registration.js';

const METADATA = {
  token_endpoint_auth_method: 'client_secret_jwt',
  token_endpoint_auth_signing_alg: 'HS256',
};

export default {
  async 'signs in, refreshes and revokes'({ vidimus }) {
    const config = await register(vidimus, METADATA, client.ClientSecretJwt());
    const { tokens } = await signIn(vidimus, config);
    const next = await client.refreshTokenGrant(config, tokens.refresh_token);
    assert.equal(next.claims().sub, tokens.claims().sub);
    await client.tokenRevocation(config, next.refresh_token);
  },

  async 'is refused with another secret'({ vidimus }) {
    const another = client.ClientSecretJwt('another secret that is as long as it must be');
    const config = await register(vidimus, METADATA, another);
    await assert.rejects(signIn(vidimus, config), isInvalidClient);
  },

  async 'is refused with the secret itself'({ vidimus }) {
    const config = await register(vidimus, METADATA, client.ClientSecretBasic());
    await assert.rejects(signIn(vidimus, config), isInvalidClient);
  },
};
