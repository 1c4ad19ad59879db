// Authlib's client in a Flask application: it finds everything by discovery.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';

import { Browser } from '../support/browser.js';
import { Program, freePort } from '../support/program.js';

const FOLDER = fileURLToPath(new URL('../apps', import.meta.url));

export default {
  'signs in, refreshes and signs out with client_secret_basic': (world) =>
    wholeWay(world, 'client_secret_basic'),

  'signs in, refreshes and signs out with client_secret_post': (world) =>
    wholeWay(world, 'client_secret_post'),

  async 'learns that the person said no'(world) {
    await visit(world, 'client_secret_basic', async ({ browser, address }) => {
      const page = await browser.open(`${address}/login`, { decision: 'deny' });
      assert.deepEqual([page.status, JSON.parse(page.text)], [400, { error: 'access_denied' }]);
    });
  },
};

async function wholeWay(world, method) {
  await visit(world, method, async ({ browser, person, address }) => {
    const read = async (path) => JSON.parse((await browser.open(address + path)).text);
    assert.deepEqual(await read('/'), { user: null });
    const { user } = await read('/login');
    assert.equal(user.iss, world.vidimus.issuer);
    const about = await read('/userinfo');
    assert.deepEqual([about.sub, about.email], [user.sub, person.email]);
    assert.deepEqual(await read('/refresh'), { renewed: true });
    assert.equal((await read('/userinfo')).sub, user.sub);
    assert.deepEqual(await read('/logout'), { user: null });
    // The server has forgotten the person as well: it asks for the password.
    const page = await browser.visit(`${address}/login`);
    assert.ok(
      page.form.fields.some(({ name }) => name === 'password'),
      page.text,
    );
  });
}

// Starts the application, and a browser with a person.
async function visit({ vidimus, python }, method, rest) {
  const port = await freePort();
  const address = `http://localhost:${port}`;
  const registered = await vidimus.client('web', {
    redirectUri: `${address}/callback`,
    afterLogout: `${address}/`,
    scope: 'openid profile email offline_access',
  });
  const args = ['-m', 'flask', '--app', 'authlib_login', 'run', '--port', String(port)];
  const program = new Program('authlib_login', python, args, {
    cwd: FOLDER,
    env: {
      PATH: process.env.PATH,
      PYTHONDONTWRITEBYTECODE: '1',
      ISSUER: vidimus.issuer,
      CLIENT_ID: registered.client_id,
      CLIENT_SECRET: registered.client_secret,
      METHOD: method,
      SECRET_KEY: randomBytes(16).toString('hex'),
    },
  });
  try {
    await program.answers(address);
    const person = await vidimus.person();
    await rest({ browser: new Browser(person), person, address });
  } catch (error) {
    throw program.blamed(error);
  } finally {
    await program.end();
  }
}
