// oidc-client-ts in a real browser: an application without a server, on an origin of its own.

import assert from 'node:assert/strict';

import { Chromium } from '../support/chromium.js';
import { SinglePageApp } from '../support/spa.js';

const ROUNDS = 10;

export default {
  async 'signs in and reads who it is'(world) {
    await visit(world, async ({ chromium, person, app }) => {
      const user = await chromium.ask('() => manager.getUser()');
      assert.equal(user.profile.email, person.email);
      assert.equal(user.profile.aud, app.client.client_id);
      assert.ok(user.refresh_token);
    });
  },

  async 'renews by refresh token in two tabs at once, again and again'(world) {
    await visit(world, async ({ chromium, app }) => {
      const [first, second] = await chromium.newTab();
      await chromium.open(app.origin);
      await chromium.ask('() => ready');
      await chromium.ask(`() => {
        const channel = new BroadcastChannel('now');
        window.rounds = [];
        channel.onmessage = () => rounds.push(
          manager.signinSilent().then((user) => user.refresh_token, (error) => 'refused: ' + error));
      }`);
      await chromium.toTab(first);
      let together = 0;
      for (let round = 1; round <= ROUNDS; round += 1) {
        const before = await chromium.ask('() => manager.getUser()');
        const here = await chromium.ask(`async () => {
          new BroadcastChannel('now').postMessage('renew');
          return (await manager.signinSilent()).refresh_token;
        }`);
        await chromium.toTab(second);
        const there = await chromium.waits(
          'the other tab has renewed',
          '(round) => rounds.length === round && rounds[round - 1]',
          round,
        );
        assert.doesNotMatch(there, /^refused/);
        for (const token of [here, there]) {
          assert.notEqual(token, before.refresh_token);
        }
        together += here === there ? 1 : 0;
        await chromium.toTab(first);
      }
      // Otherwise the tabs took turns, and this proves nothing.
      assert.ok(together > 0);
      const user = await chromium.ask('() => manager.getUser()');
      assert.equal(await userinfo(chromium, user), 200);
    });
  },

  async 'renews by itself in two tabs, and nobody is signed out'(world) {
    await visit(world, async ({ chromium, app }) => {
      const tabs = await chromium.newTab();
      await chromium.open(app.origin);
      for (const tab of tabs) {
        await chromium.toTab(tab);
        // It renews every second: by its settings a token is about to expire when it is a second
        // old. All tabs count from full seconds, and so meet at the server.
        await chromium.ask(`async () => {
          await ready;
          const restless = new oidc.UserManager({
            ...manager.settings,
            accessTokenExpiringNotificationTimeInSeconds: 15 * 60 - 1,
            automaticSilentRenew: true,
          });
          window.renewed = { done: 0, failed: [] };
          restless.events.addUserLoaded(() => (renewed.done += 1));
          restless.events.addSilentRenewError((error) => renewed.failed.push(String(error)));
          await new Promise((next) => setTimeout(next, 1000 - (Date.now() % 1000)));
          await restless.getUser();
        }`);
      }
      for (const tab of tabs) {
        await chromium.toTab(tab);
        const { failed } = await chromium.waits(
          'five renewals in this tab',
          '() => (renewed.done >= 5 || renewed.failed.length > 0) && renewed',
        );
        assert.deepEqual(failed, []);
      }
      const user = await chromium.ask('() => manager.getUser()');
      assert.equal(await userinfo(chromium, user), 200);
    });
  },

  async 'renews in a frame with prompt=none'(world) {
    await visit(world, async ({ chromium }) => {
      const before = await chromium.ask('() => manager.getUser()');
      const user = await chromium.ask('() => manager.signinSilent({ forceIframeAuth: true })');
      assert.notEqual(user.access_token, before.access_token);
      assert.equal(user.profile.sub, before.profile.sub);
      assert.equal(await userinfo(chromium, user), 200);
    });
  },

  async 'revokes its tokens'(world) {
    await visit(world, async ({ chromium }) => {
      const user = await chromium.ask('() => manager.getUser()');
      await chromium.ask('() => manager.revokeTokens()');
      assert.equal(await userinfo(chromium, user), 401);
    });
  },

  async 'signs out, and a frame with prompt=none learns that'(world) {
    await visit(world, async ({ chromium, app }) => {
      await chromium.ask('() => { manager.signoutRedirect(); }');
      await chromium.arrives(`${app.origin}/goodbye`);
      await chromium.waits('the application is back', '() => window.ready');
      assert.equal(await chromium.ask('() => manager.getUser()'), null);
      const answer = await chromium.ask(
        `() => manager.signinSilent({ forceIframeAuth: true }).then(() => 'signed in', (error) => error.error)`,
      );
      assert.equal(answer, 'login_required');
    });
  },
};

// Starts an application, a person and a browser, signs in, and does the rest there.
async function visit({ vidimus, folder }, rest) {
  const person = await vidimus.person();
  const app = await SinglePageApp.start(vidimus);
  const chromium = await Chromium.start(folder);
  try {
    await chromium.open(app.origin);
    await chromium.ask('async () => { await ready; manager.signinRedirect(); }');
    await chromium.fill('username', person.username);
    await chromium.fill('password', person.password);
    await chromium.click('login-submit');
    await chromium.click('consent-approve');
    await chromium.arrives(`${app.origin}/callback`);
    await chromium.waits('the application has its tokens', '() => window.ready');
    await rest({ chromium, person, app });
  } finally {
    await chromium.end();
    await app.end();
  }
}

// What the server says to an access token, asked from the application's origin.
async function userinfo(chromium, { access_token: token }) {
  return chromium.ask(
    `async (token) => {
      const url = await manager.metadataService.getUserInfoEndpoint();
      const answer = await fetch(url, { headers: { authorization: 'Bearer ' + token } });
      return answer.status;
    }`,
    token,
  );
}
