// mod_auth_openidc of Debian: Apache signs people in, and an application behind it reads who they
// are from headers.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';

import { Browser } from '../support/browser.js';
import { Program, freePort } from '../support/program.js';

export default {
  async 'signs in, and tells the application who it is'(world) {
    await visit(world, async ({ address, browser, person }) => {
      const open = await browser.visit(`${address}/`);
      assert.equal(JSON.parse(open.text)['x-remote-user'], undefined);
      const page = await browser.open(`${address}/private/notes?of=today`);
      assert.equal(page.url, `${address}/private/notes?of=today`);
      const headers = JSON.parse(page.text);
      assert.equal(headers['x-remote-user'], person.username);
      assert.equal(headers['oidc_claim_iss'], world.vidimus.issuer);
      // From the userinfo endpoint.
      assert.equal(headers['oidc_claim_email'], person.email);
      assert.ok(headers['oidc_access_token']);
    });
  },

  async 'gets a new access token by refresh token'(world) {
    await visit(world, async ({ address, browser }) => {
      const first = JSON.parse((await browser.open(`${address}/private/`)).text);
      const back = new URLSearchParams({
        refresh: `${address}/private/`,
        access_token: first['oidc_access_token'],
      });
      const page = await browser.open(`${address}/private/callback?${back}`);
      assert.equal(page.url, `${address}/private/`);
      const second = JSON.parse(page.text);
      assert.notEqual(second['oidc_access_token'], first['oidc_access_token']);
      assert.equal(second['x-remote-user'], first['x-remote-user']);
    });
  },

  async 'signs out, here and at the server'(world) {
    await visit(world, async ({ address, browser }) => {
      await browser.open(`${address}/private/`);
      const logout = new URLSearchParams({ logout: `${address}/goodbye` });
      const page = await browser.open(`${address}/private/callback?${logout}`);
      assert.equal(page.url, `${address}/goodbye`);
      // Neither of them remembers: the path is closed, and the server asks for the password.
      const again = await browser.visit(`${address}/private/`);
      assert.ok(again.url.startsWith(world.vidimus.issuer), again.url);
      assert.ok(
        again.form.fields.some(({ name }) => name === 'password'),
        again.text,
      );
    });
  },

  async 'does not let anybody in who said no'(world) {
    await visit(world, async ({ address, browser }) => {
      const page = await browser.open(`${address}/private/`, { decision: 'deny' });
      assert.ok(page.url.startsWith(`${address}/private/callback?error=access_denied&`), page.url);
      // It takes the `iss` of an error response (RFC 9207 §2) for a login that we start, and says
      // that it cannot; what matters is that nobody came through to the application.
      assert.ok(page.text.includes('<title>Error</title>'), page.text);
      const again = await browser.visit(`${address}/private/`);
      assert.ok(again.url.startsWith(world.vidimus.issuer), again.url);
    });
  },
};

// Starts an application, an Apache in front of it, and a browser with a person.
async function visit({ vidimus, folder }, rest) {
  const port = await freePort();
  const address = `http://localhost:${port}`;
  const home = await mkdtemp(join(folder, 'apache-'));
  const application = await mirror();
  const registered = await vidimus.client('web', {
    redirectUri: `${address}/private/callback`,
    afterLogout: `${address}/goodbye`,
    scope: 'openid profile email offline_access',
  });
  const behind = `http://127.0.0.1:${application.address().port}`;
  const settings = configuration({ vidimus, registered, port, home, behind });
  await mkdir(join(home, 'run'));
  await writeFile(join(home, 'httpd.conf'), settings);
  const args = ['-d', home, '-f', join(home, 'httpd.conf'), '-DFOREGROUND'];
  const apache = new Program('apache2', 'apache2', args, { cwd: home });
  try {
    await apache.answers(`${address}/`);
    const person = await vidimus.person();
    await rest({ address, browser: new Browser(person), person });
  } catch (error) {
    throw apache.blamed(error);
  } finally {
    await apache.end();
    application.closeAllConnections?.();
    await new Promise((resolve) => application.close(resolve));
    await rm(home, { recursive: true, force: true });
  }
}

// An application that answers with the headers of the request.
async function mirror() {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(request.headers));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const MODULES = [
  'mpm_event',
  'authn_core',
  'authz_core',
  'authz_user',
  'headers',
  'proxy',
  'proxy_http',
  'auth_openidc',
];

function configuration({ vidimus, registered, port, home, behind }) {
  // Apache gives up root, and wants to know for whom.
  const user = process.getuid() === 0 ? 'User www-data\nGroup www-data\n' : '';
  const modules = MODULES.map(
    (name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`,
  );
  return `${modules.join('\n')}
${user}ServerName localhost
Listen 127.0.0.1:${port}
DefaultRuntimeDir ${home}/run
PidFile ${home}/run/pid
ErrorLog "|/bin/cat"
LogLevel warn auth_openidc:info
ThreadsPerChild 25

OIDCProviderMetadataURL ${vidimus.issuer}/.well-known/openid-configuration
OIDCClientID ${registered.client_id}
OIDCClientSecret ${registered.client_secret}
OIDCScope "openid profile email offline_access"
OIDCPKCEMethod S256
OIDCRedirectURI http://localhost:${port}/private/callback
OIDCCryptoPassphrase ${randomBytes(16).toString('hex')}
OIDCRemoteUserClaim preferred_username

ProxyPass / ${behind}/
<Location /private/>
  AuthType openid-connect
  Require valid-user
  RequestHeader set X-Remote-User expr=%{REMOTE_USER}
</Location>
`;
}
