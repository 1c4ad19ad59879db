// openid-client on a device without a browser (RFC 8628): the person signs in elsewhere.

import assert from 'node:assert/strict';

import * as client from 'openid-client';

import { Browser } from '../support/browser.js';
import { register } from '../support/registration.js';

export default {
  async 'signs in by a link that holds the code'({ vidimus }) {
    const { config, device } = await begin(vidimus);
    const person = await vidimus.person();
    const [tokens] = await Promise.all([
      client.pollDeviceAuthorizationGrant(config, device),
      new Browser(person).open(device.verification_uri_complete),
    ]);
    const { sub } = tokens.claims();
    assert.ok((await client.fetchUserInfo(config, tokens.access_token, sub)).sub);
    const next = await client.refreshTokenGrant(config, tokens.refresh_token);
    assert.equal(next.claims().sub, sub);
  },

  async 'signs in by a code that the person types'({ vidimus }) {
    const { config, device } = await begin(vidimus);
    const person = { ...(await vidimus.person()), user_code: device.user_code };
    const [tokens] = await Promise.all([
      client.pollDeviceAuthorizationGrant(config, device),
      new Browser(person).open(device.verification_uri),
    ]);
    assert.ok(tokens.claims().sub);
  },

  async 'learns that the person said no'({ vidimus }) {
    const { config, device } = await begin(vidimus);
    const browser = new Browser(await vidimus.person());
    await browser.open(device.verification_uri_complete, { decision: 'deny' });
    await assert.rejects(client.pollDeviceAuthorizationGrant(config, device), {
      name: 'ResponseBodyError',
      error: 'access_denied',
    });
  },

  async 'gets tokens once'({ vidimus }) {
    const { config, device } = await begin(vidimus);
    await new Browser(await vidimus.person()).open(device.verification_uri_complete);
    await client.pollDeviceAuthorizationGrant(config, device);
    await assert.rejects(client.pollDeviceAuthorizationGrant(config, device), {
      name: 'ResponseBodyError',
      error: 'invalid_grant',
    });
  },
};

// A device that shows a code.
async function begin(vidimus) {
  const metadata = {
    redirect_uris: [],
    post_logout_redirect_uris: [],
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
    response_types: [],
    token_endpoint_auth_method: 'none',
  };
  const config = await register(vidimus, metadata, client.None());
  const scope = 'openid profile offline_access';
  return { config, device: await client.initiateDeviceAuthorization(config, { scope }) };
}
