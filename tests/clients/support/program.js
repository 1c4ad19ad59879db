// Programs that run beside a scenario and never outlive it.

import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

// How long something may take that should take a moment.
const PATIENCE_MS = 60_000;

const running = new Set();

export class Program {
  #child;
  #exited;
  #watchdog;
  #ended = false;

  constructor(name, command, args, { cwd, env } = {}) {
    this.name = name;
    this.output = '';
    // A group of its own: what it starts ends with it.
    this.#child = spawn(command, args, {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.output += text;
      });
    }
    this.#exited = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.output += `${error}\n`;
        this.#ended = true;
        resolve();
      });
      this.#child.once('exit', () => {
        this.#ended = true;
        resolve();
      });
    });
    if (this.#child.pid !== undefined) {
      this.#watchdog = watchdog(this.#child.pid);
    }
    running.add(this);
  }

  // Waits until `look` finds something.
  async until(what, look) {
    return until(`${this.name} ${what}`, async () => {
      const found = await look(this.output);
      if (!found && this.#ended) {
        throw new Error(`${this.name} ended early, having said:\n${this.output}`);
      }
      return found;
    });
  }

  // Waits until it answers HTTP at all.
  async answers(url) {
    await this.until(`answers at ${url}`, async () => {
      const answer = await fetch(url, { redirect: 'manual' }).catch(() => undefined);
      await answer?.arrayBuffer();
      return answer !== undefined;
    });
    return this;
  }

  // An error with what the program said.
  blamed(error) {
    return new Error(`${error.message}\n${this.name} said:\n${this.output}`, { cause: error });
  }

  // Asks it to stop, and no longer asks when it takes too long.
  async end() {
    running.delete(this);
    if (!this.#ended) {
      this.#signal('SIGTERM');
      const late = setTimeout(() => this.#signal('SIGKILL'), 5000);
      await this.#exited;
      clearTimeout(late);
    }
    // Whatever of its group is left.
    this.#signal('SIGKILL');
    this.#watchdog?.kill('SIGKILL');
  }

  #signal(signal) {
    try {
      process.kill(-this.#child.pid, signal);
    } catch {
      // It is gone.
    }
  }
}

export async function endAll() {
  await Promise.all([...running].map((program) => program.end()));
}

// A shell that kills the group when its standard input closes, which the kernel sees to even when
// this process is killed.
function watchdog(group) {
  const script = 'cat >/dev/null; kill -s KILL -- "-$1" 2>/dev/null';
  const shell = spawn('sh', ['-c', script, 'sh', String(group)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.unref();
  shell.stdin.unref();
  shell.stdin.on('error', () => {});
  return shell;
}

// Polls until `look` answers with something; what it answered with.
export async function until(what, look) {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found) {
      return found;
    }
    if (Date.now() > deadline) {
      throw new Error(`not within ${PATIENCE_MS / 1000} s: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

// A port below those that the system gives to outgoing connections.
export async function freePort() {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    const free = await new Promise((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (free) {
      return port;
    }
  }
}
