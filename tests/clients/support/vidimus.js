// The server under test: the real program on a SQLite file in a folder of its own.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';

import { Program, freePort } from './program.js';

export class Vidimus {
  #binary;
  #env;
  #folder;
  #program;

  static async start(binary, folder) {
    const server = new Vidimus();
    server.#binary = binary;
    server.#folder = folder;
    await mkdir(folder);
    const port = await freePort();
    server.issuer = `http://localhost:${port}`;
    server.#env = {
      VIDIMUS_LISTEN: `127.0.0.1:${port}`,
      VIDIMUS_ISSUER: server.issuer,
      VIDIMUS_LOG__FORMAT: 'json',
      // Everybody signs in and registers from the same address.
      VIDIMUS_LOGIN__PER_ADDRESS_BURST: '1000',
      VIDIMUS_REGISTRATION__PER_ADDRESS_BURST: '1000',
    };
    await server.command(['realm', 'set', 'default', '--registration', 'open']);
    server.#program = new Program('vidimus', binary, ['serve'], {
      cwd: folder,
      env: server.#env,
    });
    await server.#program.answers(`${server.issuer}/readyz`);
    return server;
  }

  get log() {
    return this.#program.output;
  }

  // The metadata as any client sees it.
  async metadata() {
    const answer = await fetch(`${this.issuer}/.well-known/openid-configuration`);
    return answer.json();
  }

  // Runs `vidimus --json …`; what it answered.
  async command(args, input = '') {
    const child = spawn(this.#binary, ['--json', ...args], {
      cwd: this.#folder,
      env: this.#env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let [data, talk] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => (data += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (talk += text));
    // A command that does not read its input may end first.
    child.stdin.on('error', () => {}).end(input);
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    if (code !== 0) {
      throw new Error(`vidimus ${args.join(' ')} ended with ${code}:\n${talk}`);
    }
    return data === '' ? undefined : JSON.parse(data);
  }

  // Registers an application; its RFC 7591 document.
  async client(type, { redirectUri, afterLogout, scope, flags = [] } = {}) {
    const args = ['client', 'create', '--type', type, '--name', 'Notes'];
    for (const uri of [redirectUri ?? []].flat()) {
      args.push('--redirect-uri', uri);
    }
    if (afterLogout) {
      args.push('--post-logout-redirect-uri', afterLogout);
    }
    if (scope) {
      args.push('--scope', scope);
    }
    return this.command([...args, ...flags]);
  }

  // Registers a person who can sign in.
  async person() {
    const username = `ada${randomBytes(4).toString('hex')}`;
    const password = randomBytes(12).toString('hex');
    const email = `${username}@example.test`;
    const profile = ['--name', 'Ada Lovelace', '--given-name', 'Ada', '--family-name', 'Lovelace'];
    await this.command(
      [
        'user',
        'create',
        '--username',
        username,
        '--email',
        email,
        '--email-verified',
        ...profile,
        '--password-stdin',
      ],
      password,
    );
    return { username, password, email };
  }
}
