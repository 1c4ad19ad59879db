// oauth4webapi, the low-level library: every request and every answer by itself.

import assert from 'node:assert/strict';

import * as oauth from 'oauth4webapi';

import { Browser } from '../support/browser.js';

const REDIRECT_URI = 'https://notes.example/callback';
const AFTER_LOGOUT = 'https://notes.example/goodbye';
const HTTP = { [oauth.allowInsecureRequests]: true };

export default {
  async 'finds the metadata by both of its names'({ vidimus }) {
    const issuer = new URL(vidimus.issuer);
    const [oidc, oauth2] = await Promise.all(
      ['oidc', 'oauth2'].map(async (algorithm) => {
        const answer = await oauth.discoveryRequest(issuer, { algorithm, ...HTTP });
        return oauth.processDiscoveryResponse(issuer, answer);
      }),
    );
    assert.deepEqual(oidc, oauth2);
  },

  async 'walks the whole way with client_secret_basic'(world) {
    await wholeWay(world, 'web', oauth.ClientSecretBasic);
  },

  async 'walks the whole way with client_secret_post'(world) {
    await wholeWay(world, 'web', oauth.ClientSecretPost);
  },

  async 'walks the whole way without a secret'(world) {
    await wholeWay(world, 'spa', oauth.None);
  },

  async 'is refused with a wrong verifier, and with a code a second time'({ vidimus }) {
    const application = await Application.register(vidimus, 'web', oauth.ClientSecretBasic);
    const { parameters, verifier, nonce } = await application.authorize(await vidimus.person());
    await assert.rejects(
      application.redeem(parameters, oauth.generateRandomCodeVerifier(), nonce),
      invalidGrant,
    );
    // One wrong try does not spend the code.
    await application.redeem(parameters, verifier, nonce);
    await assert.rejects(application.redeem(parameters, verifier, nonce), invalidGrant);
  },

  async 'takes an access token as an API does'({ vidimus }) {
    const application = await Application.register(vidimus, 'web', oauth.ClientSecretBasic);
    const { parameters, verifier, nonce } = await application.authorize(await vidimus.person());
    const { access_token: token } = await application.redeem(parameters, verifier, nonce);
    const request = new Request('https://api.example/notes', {
      headers: { authorization: `Bearer ${token}` },
    });
    const { server } = application;
    const claims = await oauth.validateJwtAccessToken(server, request, vidimus.issuer, HTTP);
    assert.equal(claims.client_id, application.client.client_id);
    await assert.rejects(
      oauth.validateJwtAccessToken(server, request, 'https://api.example/', HTTP),
      { code: oauth.JWT_CLAIM_COMPARISON },
    );
  },
};

const invalidGrant = { name: 'ResponseBodyError', error: 'invalid_grant', status: 400 };

async function wholeWay({ vidimus }, type, authenticate) {
  const application = await Application.register(vidimus, type, authenticate);
  const { server, client, authentication } = application;
  const person = await vidimus.person();
  const { parameters, verifier, nonce, browser } = await application.authorize(person);
  const tokens = await application.redeem(parameters, verifier, nonce);
  const { sub } = oauth.getValidatedIdTokenClaims(tokens);

  const userinfo = await oauth.userInfoRequest(server, client, tokens.access_token, HTTP);
  const about = await oauth.processUserInfoResponse(server, client, sub, userinfo);
  assert.equal(about.preferred_username, person.username);

  const refreshed = await oauth.processRefreshTokenResponse(
    server,
    client,
    await oauth.refreshTokenGrantRequest(
      server,
      client,
      authentication,
      tokens.refresh_token,
      HTTP,
    ),
  );
  assert.equal(oauth.getValidatedIdTokenClaims(refreshed).sub, sub);

  if (type === 'web') {
    assert.equal((await application.introspect(refreshed.access_token)).active, true);
  }
  await oauth.processRevocationResponse(
    await oauth.revocationRequest(server, client, authentication, refreshed.access_token, HTTP),
  );
  if (type === 'web') {
    assert.equal((await application.introspect(refreshed.access_token)).active, false);
  }

  const goodbye = new URL(server.end_session_endpoint);
  goodbye.search = new URLSearchParams({
    id_token_hint: refreshed.id_token,
    post_logout_redirect_uri: AFTER_LOGOUT,
  });
  await browser.reach(AFTER_LOGOUT, goodbye.href);
}

// An application on top of the library.
class Application {
  static async register(vidimus, type, authenticate) {
    const application = new Application();
    const issuer = new URL(vidimus.issuer);
    const answer = await oauth.discoveryRequest(issuer, HTTP);
    application.server = await oauth.processDiscoveryResponse(issuer, answer);
    application.client = await vidimus.client(type, {
      redirectUri: REDIRECT_URI,
      afterLogout: AFTER_LOGOUT,
    });
    application.authentication = authenticate(application.client.client_secret);
    return application;
  }

  // Sends a person to the server; what comes back, checked.
  async authorize(person) {
    const [verifier, nonce, state] = [
      oauth.generateRandomCodeVerifier(),
      oauth.generateRandomNonce(),
      oauth.generateRandomState(),
    ];
    const url = new URL(this.server.authorization_endpoint);
    url.search = new URLSearchParams({
      client_id: this.client.client_id,
      redirect_uri: REDIRECT_URI,
      response_type: 'code',
      scope: 'openid profile email offline_access',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      nonce,
      state,
    });
    const browser = new Browser(person);
    const page = await browser.reach(REDIRECT_URI, url.href);
    const response = new URL(page.url);
    const parameters = oauth.validateAuthResponse(this.server, this.client, response, state);
    return { parameters, verifier, nonce, browser };
  }

  // The tokens for a code, with the ID token's signature verified.
  async redeem(parameters, verifier, nonce) {
    const answer = await oauth.authorizationCodeGrantRequest(
      this.server,
      this.client,
      this.authentication,
      parameters,
      REDIRECT_URI,
      verifier,
      HTTP,
    );
    const tokens = await oauth.processAuthorizationCodeResponse(this.server, this.client, answer, {
      expectedNonce: nonce,
      requireIdToken: true,
    });
    await oauth.validateApplicationLevelSignature(this.server, answer, HTTP);
    return tokens;
  }

  async introspect(token) {
    const { server, client, authentication } = this;
    const answer = await oauth.introspectionRequest(server, client, authentication, token, HTTP);
    return oauth.processIntrospectionResponse(server, client, answer);
  }
}
