// openid-client authenticates by assertions that it signs with a key of its own (RFC 7523 §2.2).

import assert from 'node:assert/strict';

import * as client from 'openid-client';

import { signIn } from '../support/openid_client.js';
import { isInvalidClient, newKey, register } from '../support/registration.js';

// What the library can sign with. It calls Ed25519 by this name of RFC 9864, never `EdDSA`.
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'Ed25519'];

export default {
  async 'signs in, refreshes and revokes with each algorithm'({ vidimus }) {
    const metadata = await vidimus.metadata();
    const accepted = metadata.token_endpoint_auth_signing_alg_values_supported;
    const common = ALGORITHMS.filter((algorithm) => accepted.includes(algorithm));
    assert.ok(common.length > 0, String(accepted));
    for (const algorithm of common) {
      const { key, jwks } = await newKey(algorithm);
      const config = await connect(vidimus, jwks, client.PrivateKeyJwt(key));
      const { tokens } = await signIn(vidimus, config);
      const next = await client.refreshTokenGrant(config, tokens.refresh_token);
      assert.equal(next.claims().sub, tokens.claims().sub);
      await client.tokenRevocation(config, next.refresh_token);
    }
  },

  async 'is refused with a key that it did not register'({ vidimus }) {
    const [mine, another] = [await newKey('ES256'), await newKey('ES256')];
    const config = await connect(vidimus, mine.jwks, client.PrivateKeyJwt(another.key));
    await isRefused(vidimus, config);
  },

  async 'is refused with an assertion for another server'({ vidimus }) {
    const { key, jwks } = await newKey('ES256');
    const authentication = client.PrivateKeyJwt(key, {
      [client.modifyAssertion]: (_header, payload) => {
        payload.aud = 'https://another.example';
      },
    });
    await isRefused(vidimus, await connect(vidimus, jwks, authentication));
  },

  async 'is refused with an assertion a second time'({ vidimus }) {
    const { key, jwks } = await newKey('ES256');
    const authentication = client.PrivateKeyJwt(key, {
      [client.modifyAssertion]: (_header, payload) => {
        payload.jti = 'always the same';
      },
    });
    const config = await connect(vidimus, jwks, authentication);
    const { tokens } = await signIn(vidimus, config);
    await assert.rejects(client.refreshTokenGrant(config, tokens.refresh_token), isInvalidClient);
  },
};

async function connect(vidimus, jwks, authentication) {
  const metadata = { token_endpoint_auth_method: 'private_key_jwt', jwks };
  return register(vidimus, metadata, authentication);
}

async function isRefused(vidimus, config) {
  await assert.rejects(signIn(vidimus, config), isInvalidClient);
}
