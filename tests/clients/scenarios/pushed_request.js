// openid-client pushes its authorization request (RFC 9126).

import assert from 'node:assert/strict';

import * as client from 'openid-client';

import { REDIRECT_URI, connectNew, leadsNowhere, signIn } from '../support/openid_client.js';
import { isInvalidClient } from '../support/registration.js';

const pushed = { build: client.buildAuthorizationUrlWithPAR };

export default {
  'signs in with client_secret_basic': (world) => pushes(world, 'web', client.ClientSecretBasic),

  'signs in with client_secret_post': (world) => pushes(world, 'web', client.ClientSecretPost),

  'signs in without a secret': (world) => pushes(world, 'spa', client.None),

  async 'is refused with a wrong secret before anybody is asked'({ vidimus }) {
    const config = await connectNew(vidimus, 'web', () => client.ClientSecretBasic('not-it'));
    await assert.rejects(signIn(vidimus, config, pushed), isInvalidClient);
  },

  async 'is refused with a redirect URI that is not registered'({ vidimus }) {
    const config = await connectNew(vidimus, 'web', client.ClientSecretBasic);
    const parameters = { redirect_uri: 'https://elsewhere.example/' };
    await assert.rejects(signIn(vidimus, config, { ...pushed, parameters }), {
      name: 'ResponseBodyError',
      status: 400,
    });
  },

  async 'cannot use what another client pushed'({ vidimus }) {
    const mine = await connectNew(vidimus, 'web', client.ClientSecretBasic);
    const another = await connectNew(vidimus, 'web', client.ClientSecretBasic);
    const url = await client.buildAuthorizationUrlWithPAR(mine, {
      redirect_uri: REDIRECT_URI,
      scope: 'openid',
      code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
      code_challenge_method: 'S256',
    });
    url.searchParams.set('client_id', another.clientMetadata().client_id);
    await leadsNowhere(vidimus, url);
  },
};

async function pushes({ vidimus }, type, authenticate) {
  const config = await connectNew(vidimus, type, authenticate);
  let address;
  const { tokens } = await signIn(vidimus, config, {
    async build(...request) {
      address = await client.buildAuthorizationUrlWithPAR(...request);
      return address;
    },
  });
  assert.ok(tokens.claims().sub);
  // Nothing else went through the browser.
  assert.deepEqual([...address.searchParams.keys()].sort(), ['client_id', 'request_uri']);
}
