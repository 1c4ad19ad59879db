// openid-client signs its authorization request (RFC 9101). In the address it sends nothing but
// `client_id` and `request`.

import assert from 'node:assert/strict';

import * as client from 'openid-client';

import { REDIRECT_URI, leadsNowhere, signIn } from '../support/openid_client.js';
import { newKey, register } from '../support/registration.js';

// What the library can sign with. It calls Ed25519 by this name of RFC 9864, never `EdDSA`.
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'Ed25519'];

export default {
  async 'signs in with each algorithm'({ vidimus }) {
    const metadata = await vidimus.metadata();
    const accepted = metadata.request_object_signing_alg_values_supported;
    const common = ALGORITHMS.filter((algorithm) => accepted.includes(algorithm));
    assert.ok(common.length > 0, String(accepted));
    for (const algorithm of common) {
      const { key, jwks } = await newKey(algorithm);
      const config = await connect(vidimus, jwks, algorithm);
      const { tokens } = await signIn(vidimus, config, signedWith(key));
      assert.ok(tokens.claims().sub);
    }
  },

  async 'is heard only in what it signed'({ vidimus }) {
    const { key, jwks } = await newKey('ES256');
    const config = await connect(vidimus, jwks, 'ES256');
    const { build } = signedWith(key);
    // The state is compared with the signed one.
    const { tokens } = await signIn(vidimus, config, {
      async build(...request) {
        const url = await build(...request);
        url.searchParams.set('state', 'somebody else');
        url.searchParams.set('scope', 'openid');
        return url;
      },
    });
    assert.ok(tokens.scope.split(' ').includes('email'), tokens.scope);
  },

  async 'is refused with a key that it did not register'({ vidimus }) {
    const [mine, another] = [await newKey('ES256'), await newKey('ES256')];
    const config = await connect(vidimus, mine.jwks, 'ES256');
    const url = await signedWith(another.key).build(config, {
      redirect_uri: REDIRECT_URI,
      scope: 'openid',
      code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
      code_challenge_method: 'S256',
    });
    await leadsNowhere(vidimus, url);
  },
};

async function connect(vidimus, jwks, algorithm) {
  const metadata = {
    token_endpoint_auth_method: 'client_secret_basic',
    request_object_signing_alg: algorithm,
    jwks,
  };
  return register(vidimus, metadata, client.ClientSecretBasic());
}

function signedWith(key) {
  return {
    build: (config, parameters) => client.buildAuthorizationUrlWithJAR(config, parameters, key),
  };
}
