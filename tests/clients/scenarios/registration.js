// openid-client registers its client by itself (RFC 7591), and reads it back (RFC 7592).

import assert from 'node:assert/strict';

import * as client from 'openid-client';

import { REDIRECT_URI, signIn } from '../support/openid_client.js';
import { register } from '../support/registration.js';

export default {
  'signs in with client_secret_basic': (world) =>
    registersAndSignsIn(world, 'client_secret_basic', client.ClientSecretBasic),

  'signs in with client_secret_post': (world) =>
    registersAndSignsIn(world, 'client_secret_post', client.ClientSecretPost),

  'signs in without a secret': (world) => registersAndSignsIn(world, 'none', client.None),

  async 'is refused with a redirect URI that has a fragment'({ vidimus }) {
    await assert.rejects(register(vidimus, { redirect_uris: [`${REDIRECT_URI}#there`] }), {
      name: 'ResponseBodyError',
      status: 400,
      error: 'invalid_redirect_uri',
    });
  },

  async 'is refused with metadata that contradicts itself'({ vidimus }) {
    const metadata = { grant_types: ['client_credentials'], response_types: ['code'] };
    await assert.rejects(register(vidimus, metadata), {
      name: 'ResponseBodyError',
      status: 400,
      error: 'invalid_client_metadata',
    });
  },

  async 'reads and deletes its registration'({ vidimus }) {
    const config = await register(vidimus, { token_endpoint_auth_method: 'client_secret_basic' });
    const {
      client_id,
      registration_client_uri: uri,
      registration_access_token: token,
    } = config.clientMetadata();
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(uri, { headers });
    assert.equal(answer.status, 200);
    assert.equal((await answer.json()).client_id, client_id);
    assert.equal((await fetch(uri, { method: 'DELETE', headers })).status, 204);
    assert.equal((await fetch(uri, { headers })).status, 401);
  },
};

async function registersAndSignsIn({ vidimus }, method, authenticate) {
  const config = await register(
    vidimus,
    { token_endpoint_auth_method: method },
    // The library finds the secret in the answer.
    authenticate(),
  );
  const registered = config.clientMetadata();
  assert.equal(registered.token_endpoint_auth_method, method);
  assert.equal(registered.client_secret === undefined, method === 'none');
  const { tokens } = await signIn(vidimus, config);
  assert.ok(tokens.scope.split(' ').includes('email'), tokens.scope);
}
