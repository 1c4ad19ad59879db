// What is run, and what the server can do by now.

const method = (name) => (metadata) =>
  (metadata.token_endpoint_auth_methods_supported ?? []).includes(name);

// `on`: whether scenarios that need it are run. The runner compares it with what the server's
// metadata advertises, and fails where the two differ.
export const features = {
  // RFC 7591. All scenarios below that need another feature register their clients this way.
  registration: { on: true, advertised: (metadata) => 'registration_endpoint' in metadata },
  // RFC 7523
  private_key_jwt: { on: true, advertised: method('private_key_jwt') },
  client_secret_jwt: { on: true, advertised: method('client_secret_jwt') },
  // RFC 9126
  pushed_requests: {
    on: true,
    advertised: (metadata) => 'pushed_authorization_request_endpoint' in metadata,
  },
  // RFC 9101
  request_objects: {
    on: true,
    advertised: (metadata) => metadata.request_parameter_supported === true,
  },
  // RFC 8628
  device_flow: { on: true, advertised: (metadata) => 'device_authorization_endpoint' in metadata },
};

// RFC 8707: the arguments of the `vidimus` command that registers an API with scopes.
export const registerApi = (identifier, scopes) => [
  'api',
  'create',
  identifier,
  '--name',
  'Notes API',
  ...scopes.flatMap((scope) => ['--scope', scope]),
];

// RFC 7591 §3: the initial access token that the registration endpoint wants; none when it is open.
export const initialAccessToken = undefined;

// One file each. Those with `needs` are run when the server has what they need.
export const scenarios = [
  { name: 'openid-client', file: './scenarios/openid_client.js' },
  { name: 'oauth4webapi', file: './scenarios/oauth4webapi.js' },
  { name: 'the Flask API', file: './scenarios/flask_api.js' },
  { name: 'oidc-client-ts', file: './scenarios/oidc_client_ts.js' },
  { name: 'Authlib in Flask', file: './scenarios/authlib_client.js' },
  { name: 'mod_auth_openidc', file: './scenarios/mod_auth_openidc.js' },
  {
    name: 'self-registered openid-client',
    file: './scenarios/registration.js',
    needs: ['registration'],
  },
  {
    name: 'openid-client with private_key_jwt',
    file: './scenarios/private_key_jwt.js',
    needs: ['registration', 'private_key_jwt'],
  },
  {
    name: 'openid-client with client_secret_jwt',
    file: './scenarios/client_secret_jwt.js',
    needs: ['registration', 'client_secret_jwt'],
  },
  {
    name: 'openid-client with pushed requests',
    file: './scenarios/pushed_request.js',
    needs: ['pushed_requests'],
  },
  {
    name: 'openid-client with signed requests',
    file: './scenarios/request_object.js',
    needs: ['registration', 'request_objects'],
  },
  {
    name: 'openid-client on a device',
    file: './scenarios/device_flow.js',
    needs: ['registration', 'device_flow'],
  },
];
