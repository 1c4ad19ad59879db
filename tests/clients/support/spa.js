// The single-page application of `spa/` on an origin of its own.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

import { freePort } from './program.js';

const library = createRequire(import.meta.url).resolve('oidc-client-ts');

const PAGE = ['text/html', new URL('../spa/index.html', import.meta.url)];
const FILES = {
  '/': PAGE,
  '/callback': PAGE,
  '/silent': PAGE,
  '/goodbye': PAGE,
  '/app.js': ['text/javascript', new URL('../spa/app.js', import.meta.url)],
  '/oidc-client-ts.min.js': [
    'text/javascript',
    new URL('../browser/oidc-client-ts.min.js', `file://${library}`),
  ],
};

export class SinglePageApp {
  #server;

  static async start(vidimus) {
    const app = new SinglePageApp();
    const port = await freePort();
    app.origin = `http://localhost:${port}`;
    app.client = await vidimus.client('spa', {
      redirectUri: [`${app.origin}/callback`, `${app.origin}/silent`],
      afterLogout: `${app.origin}/goodbye`,
      scope: 'openid profile email offline_access',
    });
    const settings = JSON.stringify({
      authority: vidimus.issuer,
      client_id: app.client.client_id,
    });
    app.#server = createServer(async (request, response) => {
      const { pathname } = new URL(request.url, app.origin);
      if (pathname === '/settings.json') {
        response.setHeader('content-type', 'application/json').end(settings);
      } else if (pathname in FILES) {
        const [type, file] = FILES[pathname];
        response.setHeader('content-type', type).end(await readFile(file));
      } else {
        response.writeHead(404).end();
      }
    });
    await new Promise((resolve) => app.#server.listen(port, '127.0.0.1', resolve));
    return app;
  }

  async end() {
    this.#server.closeAllConnections?.();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
