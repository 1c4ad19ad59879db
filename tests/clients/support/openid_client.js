// What all scenarios with the library openid-client share: an application at an address that is not
// there, where the browser stops.

import assert from 'node:assert/strict';

import * as client from 'openid-client';

import { Browser } from './browser.js';

export const REDIRECT_URI = 'https://notes.example/callback';
export const AFTER_LOGOUT = 'https://notes.example/goodbye';
export const SCOPE = 'openid profile email offline_access';

// What the library does before it is used: talk plain HTTP, which the server under test does, and
// verify the signatures of tokens that came straight from the server as well.
export const SETUP = [client.allowInsecureRequests, client.enableNonRepudiationChecks];

// The library's view of a registered client.
export async function connect(vidimus, registered, authentication) {
  const server = new URL(vidimus.issuer);
  return client.discovery(server, registered.client_id, registered, authentication, {
    execute: SETUP,
  });
}

// Registers a client of a type, and connects it.
export async function connectNew(vidimus, type, authenticate) {
  const registered = await vidimus.client(type, {
    redirectUri: REDIRECT_URI,
    afterLogout: AFTER_LOGOUT,
    scope: SCOPE,
  });
  return connect(vidimus, registered, authenticate(registered.client_secret));
}

// Everything up to the authorization response, and what the library must check it against.
// `build` makes the address out of the parameters.
export async function authorize(config, browser, { parameters, build } = {}) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const checks = {
    pkceCodeVerifier,
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
    idTokenExpected: true,
  };
  const url = await (build ?? client.buildAuthorizationUrl)(config, {
    redirect_uri: REDIRECT_URI,
    scope: SCOPE,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...parameters,
  });
  const page = await browser.reach(REDIRECT_URI, url.href);
  return { response: new URL(page.url), checks };
}

// Follows an authorization request that must not lead to a code. Whether the server tells the
// person or the application so is for it to choose.
export async function leadsNowhere(vidimus, url) {
  const browser = new Browser(await vidimus.person());
  const page = await browser.open(url.href, { end: REDIRECT_URI });
  const answer = new URL(page.url).searchParams;
  assert.equal(answer.get('code'), null, page.url);
  assert.ok(page.status === 400 || answer.has('error'), `${page.url} (${page.status})`);
}

// The whole way of a new person; the tokens with what else they came from.
export async function signIn(vidimus, config, options) {
  const person = await vidimus.person();
  const browser = new Browser(person);
  const { response, checks } = await authorize(config, browser, options);
  const tokens = await client.authorizationCodeGrant(config, response, checks);
  return { tokens, response, checks, browser, person };
}
