// A real Chromium, driven by chromedriver over the WebDriver protocol.

import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { Program, until } from './program.js';

// How WebDriver names an element in JSON (W3C WebDriver §12).
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

export class Chromium {
  #driver;
  #profile;
  #session;

  static async start(folder) {
    const chromium = new Chromium();
    chromium.#profile = await mkdtemp(join(folder, 'chromium-'));
    chromium.#driver = new Program('chromedriver', 'chromedriver', ['--port=0'], {
      cwd: chromium.#profile,
      // It puts a profile of its own making there.
      env: { ...process.env, TMPDIR: chromium.#profile },
    });
    const [, port] = await chromium.#driver.until('says its port', (said) =>
      /successfully on port (\d+)/.exec(said),
    );
    const base = `http://127.0.0.1:${port}/session`;
    const options = { args: [...FLAGS, `--user-data-dir=${chromium.#profile}/profile`] };
    const { sessionId } = await call(base, 'POST', {
      capabilities: { alwaysMatch: { browserName: 'chrome', 'goog:chromeOptions': options } },
    });
    chromium.#session = `${base}/${sessionId}`;
    await chromium.#do('POST', 'timeouts', { script: 60_000 });
    return chromium;
  }

  // Ends the browser with all of its processes, which only its driver knows.
  async end() {
    await call(this.#session, 'DELETE').catch(() => {});
    await this.#driver.end();
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  async open(address) {
    await this.#do('POST', 'url', { url: address });
  }

  async address() {
    return this.#do('GET', 'url');
  }

  // Opens another tab and goes there; the handles of the old one and the new one.
  async newTab() {
    const before = await this.#do('GET', 'window');
    const { handle } = await this.#do('POST', 'window/new', { type: 'tab' });
    await this.toTab(handle);
    return [before, handle];
  }

  async toTab(handle) {
    await this.#do('POST', 'window', { handle });
  }

  // Waits for the element with this id.
  async element(id) {
    return this.#waitFor(id, async () => {
      const found = await this.#do('POST', 'element', { using: 'css selector', value: `#${id}` });
      return `element/${found[ELEMENT]}`;
    });
  }

  async click(id) {
    await this.#do('POST', `${await this.element(id)}/click`, {});
  }

  async fill(id, text) {
    const field = await this.element(id);
    await this.#do('POST', `${field}/clear`, {});
    await this.#do('POST', `${field}/value`, { text });
  }

  // Waits until the address starts with something.
  async arrives(start) {
    return this.#waitFor(`arrival at ${start}`, async () => {
      const address = await this.address();
      return address.startsWith(start) && address;
    });
  }

  // Calls an asynchronous function in the page; what it resolves to.
  async ask(code, ...args) {
    const script = `const [done, ...args] = [...arguments].reverse();
      Promise.resolve((${code})(...args.reverse()))
        .then((value) => done({ value }), (error) => done({ error: String(error?.stack ?? error) }));`;
    const { value, error } = await this.#do('POST', 'execute/async', { script, args });
    if (error !== undefined) {
      throw new Error(`in the page ${await this.address()}: ${error}`);
    }
    return value;
  }

  // The same again and again, until it answers with something.
  async waits(what, code, ...args) {
    return this.#waitFor(what, () => this.ask(code, ...args));
  }

  // While pages change, there may be no element or no document for a moment.
  async #waitFor(what, look) {
    let last;
    try {
      return await until(what, async () => {
        try {
          return await look();
        } catch (error) {
          last = error;
          return undefined;
        }
      });
    } catch (error) {
      const source = await this.#do('GET', 'source').catch(String);
      const where = `at ${await this.address().catch(String)}:\n${source}`;
      throw new Error(`${error.message}, ${where}`, { cause: last });
    }
  }

  async #do(method, path, body) {
    return call(`${this.#session}/${path}`, method, body);
  }
}

async function call(url, method, body) {
  const answer = await fetch(url, { method, body: body && JSON.stringify(body) });
  const { value } = await answer.json();
  if (!answer.ok) {
    throw new Error(`WebDriver: ${value.error}: ${value.message}`);
  }
  return value;
}
