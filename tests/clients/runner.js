// Runs the scenarios one after the other, says a line about each, and leaves nothing behind.
//
// usage: node runner.js VIDIMUS PYTHON [FILTER]

import './node18.js';

import { setDefaultResultOrder } from 'node:dns';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inspect } from 'node:util';

import { features, scenarios } from './table.js';
import { endAll } from './support/program.js';
import { Vidimus } from './support/vidimus.js';

// How long one fact may take.
const LIMIT_MS = 180_000;

// The server listens on 127.0.0.1, and `localhost` has more addresses than that.
setDefaultResultOrder('ipv4first');

const [binary, python, filter = ''] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'vidimus-clients-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const [signal, number] of Object.entries({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 })) {
  process.once(signal, () => endAll().finally(() => process.exit(128 + number)));
}

const count = { passed: 0, failed: 0 };
try {
  const vidimus = await Vidimus.start(resolve(binary), join(folder, 'server'));
  const world = { vidimus, python: resolve(python), folder, features };
  await check('every feature that the server advertises is switched on', () =>
    nothingIsLeftOut(vidimus),
  );
  for (const { name, file, needs = [] } of scenarios) {
    const missing = needs.filter((feature) => !features[feature].on);
    if (missing.length > 0) {
      console.log(`off     ${name}: the server has no ${missing.join(', ')} yet`);
      continue;
    }
    const { default: facts } = await import(file);
    for (const [fact, prove] of Object.entries(facts)) {
      await check(`${name} ${fact}`, () => prove(world));
    }
  }
  if (count.failed > 0) {
    console.log(`\nthe last that the server logged:\n${vidimus.log.slice(-4000)}`);
  }
} finally {
  await endAll();
}
console.log(`\n${count.passed} passed, ${count.failed} failed`);
process.exit(count.failed > 0 || count.passed === 0 ? 1 : 0);

async function check(name, prove) {
  if (!name.includes(filter)) {
    return;
  }
  const started = Date.now();
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${LIMIT_MS / 1000} s`)), LIMIT_MS);
  });
  try {
    await Promise.race([prove(), late]);
    count.passed += 1;
    console.log(`ok      ${name} (${((Date.now() - started) / 1000).toFixed(1)}s)`);
  } catch (error) {
    count.failed += 1;
    console.log(`FAILED  ${name}`);
    console.log(inspect(error).replace(/^/gm, '        '));
  } finally {
    clearTimeout(timer);
  }
}

// A feature that is switched off here, but advertised there, would go untested without a word.
async function nothingIsLeftOut(vidimus) {
  const metadata = await vidimus.metadata();
  for (const [name, { on, advertised }] of Object.entries(features)) {
    if (advertised(metadata) !== on) {
      const there = on ? 'does not advertise' : 'advertises';
      const what = on ? 'off' : 'on';
      throw new Error(`the server ${there} ${name}: switch it ${what} in tests/clients/table.js`);
    }
  }
}
