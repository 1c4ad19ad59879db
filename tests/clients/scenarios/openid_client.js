// openid-client for Node.js: the code flow and everything around it.

import assert from 'node:assert/strict';

import * as client from 'openid-client';

import { Browser } from '../support/browser.js';
import {
  AFTER_LOGOUT,
  REDIRECT_URI,
  authorize,
  connectNew,
  signIn,
} from '../support/openid_client.js';

const METHODS = {
  client_secret_basic: ['web', client.ClientSecretBasic],
  client_secret_post: ['web', client.ClientSecretPost],
  'no secret, in a browser': ['spa', client.None],
  'no secret, on a device': ['native', client.None],
};

const refused = (error) => (thrown) => {
  assert.ok(thrown instanceof client.ResponseBodyError, String(thrown?.stack ?? thrown));
  assert.equal(thrown.error, error);
  return true;
};

export default {
  ...Object.fromEntries(
    Object.entries(METHODS).map(([method, [type, authenticate]]) => [
      `signs in, asks who it is, refreshes and revokes with ${method}`,
      (world) => wholeLife(world, type, authenticate),
    ]),
  ),

  async 'gets tokens for a machine'({ vidimus }) {
    const registered = await vidimus.client('m2m', { scope: 'backup:write' });
    const config = await client.discovery(
      new URL(vidimus.issuer),
      registered.client_id,
      registered.client_secret,
      undefined,
      { execute: [client.allowInsecureRequests] },
    );
    const tokens = await client.clientCredentialsGrant(config, { scope: 'backup:write' });
    assert.equal(tokens.scope, 'backup:write');
    const seen = await client.tokenIntrospection(config, tokens.access_token);
    assert.equal(seen.active, true);
  },

  async 'is asked for the password again with max_age=0'({ vidimus }) {
    const config = await connectNew(vidimus, 'web', client.ClientSecretBasic);
    const { browser, tokens: first } = await signIn(vidimus, config);
    const { response, checks } = await authorize(config, browser, { parameters: { max_age: '0' } });
    const tokens = await client.authorizationCodeGrant(config, response, { ...checks, maxAge: 0 });
    assert.ok(tokens.claims().auth_time >= first.claims().auth_time);
  },

  async 'learns that the person said no'({ vidimus }) {
    const config = await connectNew(vidimus, 'web', client.ClientSecretBasic);
    const browser = new Browser(await vidimus.person());
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT_URI,
      scope: 'openid',
      code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
      code_challenge_method: 'S256',
    });
    const page = await browser.reach(REDIRECT_URI, url.href, { decision: 'deny' });
    await assert.rejects(client.authorizationCodeGrant(config, new URL(page.url)), {
      name: 'AuthorizationResponseError',
      error: 'access_denied',
    });
  },

  async 'is refused with a wrong verifier'({ vidimus }) {
    const config = await connectNew(vidimus, 'web', client.ClientSecretBasic);
    const browser = new Browser(await vidimus.person());
    const { response, checks } = await authorize(config, browser);
    const wrong = { ...checks, pkceCodeVerifier: client.randomPKCECodeVerifier() };
    await assert.rejects(
      client.authorizationCodeGrant(config, response, wrong),
      refused('invalid_grant'),
    );
  },

  async 'is refused with a wrong secret'({ vidimus }) {
    const config = await connectNew(vidimus, 'web', () => client.ClientSecretBasic('not-it'));
    const browser = new Browser(await vidimus.person());
    const { response, checks } = await authorize(config, browser);
    await assert.rejects(client.authorizationCodeGrant(config, response, checks), (thrown) => {
      // 401 with a challenge, which the library reports by a class of its own.
      assert.ok(thrown instanceof client.WWWAuthenticateChallengeError, String(thrown));
      assert.equal(thrown.status, 401);
      return true;
    });
  },

  async 'is refused with a code a second time, and loses what the first gave'({ vidimus }) {
    const config = await connectNew(vidimus, 'web', client.ClientSecretBasic);
    const { tokens, response, checks } = await signIn(vidimus, config);
    await assert.rejects(
      client.authorizationCodeGrant(config, response, checks),
      refused('invalid_grant'),
    );
    const seen = await client.tokenIntrospection(config, tokens.access_token);
    assert.deepEqual(seen, { active: false });
    await assert.rejects(
      client.refreshTokenGrant(config, tokens.refresh_token),
      refused('invalid_grant'),
    );
  },

  async 'signs out, here and at the server'({ vidimus }) {
    const config = await connectNew(vidimus, 'web', client.ClientSecretBasic);
    const { tokens, browser } = await signIn(vidimus, config);
    const url = client.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: AFTER_LOGOUT,
      state: 'somewhere',
    });
    const page = await browser.reach(AFTER_LOGOUT, url.href);
    assert.equal(page.url, `${AFTER_LOGOUT}?state=somewhere`);
    const silent = { parameters: { prompt: 'none' } };
    const { response, checks } = await authorize(config, browser, silent);
    await assert.rejects(client.authorizationCodeGrant(config, response, checks), {
      name: 'AuthorizationResponseError',
      error: 'login_required',
    });
  },
};

async function wholeLife({ vidimus }, type, authenticate) {
  const config = await connectNew(vidimus, type, authenticate);
  const { tokens, person } = await signIn(vidimus, config);
  const { sub } = tokens.claims();

  const about = await client.fetchUserInfo(config, tokens.access_token, sub);
  assert.equal(about.email, person.email);
  assert.equal(about.email_verified, true);
  assert.equal(about.name, 'Ada Lovelace');

  const next = await client.refreshTokenGrant(config, tokens.refresh_token);
  assert.equal(next.claims().sub, sub);
  assert.notEqual(next.access_token, tokens.access_token);
  assert.notEqual(next.refresh_token, tokens.refresh_token);
  const narrow = await client.refreshTokenGrant(config, next.refresh_token, { scope: 'openid' });
  assert.equal(narrow.scope, 'openid');

  if (type === 'web') {
    const seen = await client.tokenIntrospection(config, next.access_token);
    assert.deepEqual([seen.active, seen.sub], [true, sub]);
  }
  await client.tokenRevocation(config, narrow.refresh_token);
  if (type === 'web') {
    const seen = await client.tokenIntrospection(config, next.access_token);
    assert.deepEqual(seen, { active: false });
  }
  await assert.rejects(
    client.refreshTokenGrant(config, narrow.refresh_token),
    refused('invalid_grant'),
  );
  // RFC 6750 §3: the refusal is in a header.
  await assert.rejects(client.fetchUserInfo(config, next.access_token, sub), (thrown) => {
    assert.ok(thrown instanceof client.WWWAuthenticateChallengeError, String(thrown));
    assert.equal(thrown.cause[0].parameters.error, 'invalid_token');
    return true;
  });
}
