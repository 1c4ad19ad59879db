// The API of docs/tutorials/flask as it stands there, with Authlib and with PyJWT.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';

import { SignJWT, UnsecuredJWT, decodeJwt, decodeProtectedHeader, generateKeyPair } from 'jose';
import * as client from 'openid-client';

import { Browser } from '../support/browser.js';
import { REDIRECT_URI, authorize, connect } from '../support/openid_client.js';
import { Program, freePort } from '../support/program.js';
import { registerApi } from '../table.js';

const FOLDER = fileURLToPath(new URL('../../../docs/tutorials/flask', import.meta.url));
const API = 'https://api.example/';
const SCOPES = 'notes:read notes:write';

// All facts here are about one API.
let registration;

export default {
  ...facts('with Authlib', 'app'),
  ...facts('with PyJWT', 'app_pyjwt'),
};

function facts(how, module) {
  const all = {
    async 'keeps notes for whoever has the scopes'(start) {
      const { api, tokens } = await start();
      const { access_token: token } = await tokens(`openid ${SCOPES}`);
      assert.equal((await api('POST', token, 'milk')).status, 201);
      const answer = await api('GET', token);
      assert.deepEqual([answer.status, await answer.json()], [200, ['milk']]);
    },

    async 'refuses to answer without a token'(start) {
      const { api } = await start();
      await refuses(await api('GET'), 401);
    },

    async 'refuses a token without the scope'(start) {
      const { api, tokens } = await start();
      const { access_token: token } = await tokens('openid notes:read');
      assert.equal((await api('GET', token)).status, 200);
      await refuses(await api('POST', token, 'milk'), 403, 'insufficient_scope');
    },

    async 'refuses a revoked token where it asks'(start) {
      const { api, tokens, config } = await start();
      const { access_token: token } = await tokens(`openid ${SCOPES}`);
      assert.equal((await api('POST', token, 'milk')).status, 201);
      await client.tokenRevocation(config, token);
      await refuses(await api('POST', token, 'more milk'), 401, 'invalid_token');
    },

    async 'refuses a token for another audience'(start) {
      const { api, tokens } = await start({ audience: 'https://another.example/' });
      const { access_token: token } = await tokens(`openid ${SCOPES}`);
      await refuses(await api('GET', token), 401, 'invalid_token');
    },

    async 'refuses a token of another issuer'(start) {
      const { api, tokens } = await start();
      const { access_token: token } = await tokens(`openid ${SCOPES}`);
      const forged = await forgeries(token);
      for (const [forgery, text] of Object.entries(forged)) {
        const answer = await api('GET', text);
        assert.equal(answer.status, 401, forgery);
      }
      assert.equal((await api('GET', token)).status, 200);
    },

    async 'refuses an ID token'(start) {
      const { api, tokens, config } = await start();
      const { id_token: token } = await tokens(`openid ${SCOPES}`);
      await refuses(await api('GET', token), 401, 'invalid_token');
      // Not for its audience alone.
      const lenient = await start({ audience: config.clientMetadata().client_id });
      await refuses(await lenient.api('GET', token), 401, 'invalid_token');
    },

    async 'refuses an expired token'(start) {
      // By the clock of the API. A token lives fifteen minutes.
      const [minute, hour] = [await start({ clock: '+1m' }), await start({ clock: '+1h' })];
      const { access_token: token } = await minute.tokens(`openid ${SCOPES}`);
      assert.equal((await minute.api('GET', token)).status, 200);
      await refuses(await hour.api('GET', token), 401, 'invalid_token');
    },
  };
  return Object.fromEntries(
    Object.entries(all).map(([fact, prove]) => [
      `${how} ${fact}`,
      async (world) => {
        const programs = [];
        const start = (options) => startApi(world, module, programs, options);
        try {
          await prove(start);
        } finally {
          await Promise.all(programs.map((program) => program.end()));
        }
      },
    ]),
  );
}

// RFC 6750 §3. For a missing scope Authlib says so in the body only.
async function refuses(answer, status, error = '') {
  const challenge = answer.headers.get('www-authenticate') ?? '';
  const said = `${challenge}\n${await answer.text()}`;
  assert.equal(answer.status, status, said);
  assert.ok(said.includes(error), said);
  if (status === 401) {
    assert.match(challenge, /^bearer/i);
  }
}

// Starts the API, and an application whose people call it.
async function startApi({ vidimus, python }, module, programs, options = {}) {
  const home = await audienceOf(vidimus);
  const { audience = home, clock } = options;
  const self = await vidimus.client('m2m', { flags: ['--may-introspect'] });
  const port = await freePort();
  const flask = [python, '-m', 'flask', '--app', module, 'run', '--port', String(port)];
  const [command, ...args] = clock ? ['faketime', '-f', clock, ...flask] : flask;
  const program = new Program(module, command, args, {
    cwd: FOLDER,
    env: {
      PATH: process.env.PATH,
      // Only the date moves, not the time that waits are measured with.
      DONT_FAKE_MONOTONIC: '1',
      PYTHONDONTWRITEBYTECODE: '1',
      ISSUER: vidimus.issuer,
      AUDIENCE: audience,
      CLIENT_ID: self.client_id,
      CLIENT_SECRET: self.client_secret,
    },
  });
  programs.push(program);
  const address = `http://localhost:${port}/notes`;
  await program.answers(address);

  const registered = await vidimus.client('web', {
    redirectUri: REDIRECT_URI,
    scope: `openid ${SCOPES}`,
  });
  const config = await connect(vidimus, registered, client.ClientSecretBasic());
  return {
    config,
    // Calls the API.
    api: (method, token, body) =>
      fetch(address, {
        method,
        body,
        headers: token ? { authorization: `Bearer ${token}` } : {},
      }),
    // Signs somebody in.
    async tokens(scope) {
      const browser = new Browser(await vidimus.person());
      const parameters = { scope, ...(registerApi && { resource: API }) };
      const { response, checks } = await authorize(config, browser, { parameters });
      return client.authorizationCodeGrant(config, response, checks);
    },
  };
}

// What tokens for the API name as their audience.
async function audienceOf(vidimus) {
  if (!registerApi) {
    return vidimus.issuer;
  }
  registration ??= vidimus.command(registerApi(API, SCOPES.split(' ')));
  await registration;
  return API;
}

// What somebody without our keys can make of a token.
async function forgeries(token) {
  const claims = decodeJwt(token);
  const header = decodeProtectedHeader(token);
  const [head, body, signature] = token.split('.');
  const { privateKey } = await generateKeyPair('RS256');
  const hmacHead = Buffer.from(JSON.stringify({ ...header, alg: 'HS256' })).toString('base64url');
  const hmac = createHmac('sha256', '').update(`${hmacHead}.${body}`).digest('base64url');
  const more = { ...claims, scope: `${claims.scope} admin` };
  const changed = Buffer.from(JSON.stringify(more)).toString('base64url');
  return {
    'another key under our name': await new SignJWT(claims)
      .setProtectedHeader(header)
      .sign(privateKey),
    'a key that nobody published': await new SignJWT(claims)
      .setProtectedHeader({ ...header, kid: 'another' })
      .sign(privateKey),
    'no signature': new UnsecuredJWT(claims).encode(),
    'signed with an empty secret': `${hmacHead}.${body}.${hmac}`,
    'changed afterwards': `${head}.${changed}.${signature}`,
    'no token at all': 'hello',
  };
}
