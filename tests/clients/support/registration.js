// Clients that register themselves (RFC 7591) with what a scenario needs of them.

import assert from 'node:assert/strict';

import { exportJWK, generateKeyPair } from 'jose';
import * as client from 'openid-client';

import { initialAccessToken } from '../table.js';
import { AFTER_LOGOUT, REDIRECT_URI, SCOPE, SETUP } from './openid_client.js';

// Registers a web application; the library's view of it.
export async function register(vidimus, metadata, authentication) {
  const whole = {
    client_name: 'Notes',
    redirect_uris: [REDIRECT_URI],
    post_logout_redirect_uris: [AFTER_LOGOUT],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scope: SCOPE,
    ...metadata,
  };
  return client.dynamicClientRegistration(new URL(vidimus.issuer), whole, authentication, {
    initialAccessToken,
    execute: SETUP,
  });
}

// A new key pair, and the public half as a client registers it.
export async function newKey(algorithm) {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'first', use: 'sig', alg: algorithm };
  return { key: { key: privateKey, kid: 'first' }, jwks: { keys: [jwk] } };
}

// RFC 6749 §5.2 allows 400 and 401; with 401 the library may show the challenge instead.
export function isInvalidClient(thrown) {
  const said = thrown instanceof client.ResponseBodyError && thrown.error === 'invalid_client';
  const challenged =
    thrown instanceof client.WWWAuthenticateChallengeError && thrown.status === 401;
  assert.ok(said || challenged, String(thrown?.stack ?? thrown));
  return true;
}
