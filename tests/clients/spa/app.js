// A single-page application, as small as the library lets it be. The test calls it by `window`.

const local = new oidc.WebStorageStateStore({ store: window.localStorage });

window.ready = (async () => {
  const settings = await (await fetch('/settings.json')).json();
  const manager = new oidc.UserManager({
    ...settings,
    redirect_uri: `${location.origin}/callback`,
    silent_redirect_uri: `${location.origin}/silent`,
    post_logout_redirect_uri: `${location.origin}/goodbye`,
    scope: 'openid profile email offline_access',
    // All tabs are one application with one user.
    userStore: local,
    loadUserInfo: true,
    // The test says when.
    automaticSilentRenew: false,
  });
  window.manager = manager;
  switch (location.pathname) {
    case '/callback':
      await manager.signinRedirectCallback();
      break;
    case '/silent':
      await manager.signinSilentCallback();
      break;
    case '/goodbye':
      await manager.signoutRedirectCallback();
      break;
  }
  return true;
})();
