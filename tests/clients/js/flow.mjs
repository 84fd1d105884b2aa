// A flow's command line, its one line about how it went, and its notes of features (cells.py).

import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { CheckFailed, Checks } from './exact.mjs';

// All checks of these have held.
export function passed(...features) {
  const place = process.env.PERPBOX_CELLS;
  if (place) appendFileSync(place, features.map((each) => `${each}\n`).join(''));
}

// What perpbox prints for a client: how it is made so that it stays on this machine.
export function settingsFor(client, base, { key, secret } = {}) {
  const own = fileURLToPath(new URL('../../../.venv/bin/perpbox', import.meta.url));
  const keys = key ? ['--api-key', key, '--secret', secret] : [];
  const words = ['settings-for', client, '--url', base, ...keys];
  return JSON.parse(execFileSync(process.env.VENUE_COMMAND ?? own, words, { encoding: 'utf8' }));
}

// `run` is given the address, two accounts' keys, and the checks.
export async function main(url, client, run) {
  const [base, key, secret, otherKey, otherSecret] = process.argv.slice(2);
  const { version } = JSON.parse(
    readFileSync(new URL(`node_modules/${client}/package.json`, url), 'utf8'),
  );
  const checks = new Checks();
  try {
    await run(base, { key, secret }, { key: otherKey, secret: otherSecret }, checks);
    console.log(`ok ${client} ${version} ${checks.count} checks`);
    process.exit(0); // some clients keep timers
  } catch (error) {
    const raised = `${checks.step}: ${error?.stack ?? JSON.stringify(error)}`;
    const told = error instanceof CheckFailed ? error.message : raised;
    console.log(`failed ${client} ${version}: ${told}`);
    process.exit(1);
  }
}

// The market's endpoints, asked without any client.
export async function ask(base, path, params = {}) {
  const answer = await fetch(`${base}${path}?${new URLSearchParams(params)}`);
  return answer.json();
}

// Whether it becomes true before patience ends.
export async function until(holds, patience = 10_000) {
  const deadline = Date.now() + patience;
  for (;;) {
    if (await holds()) return true;
    if (Date.now() > deadline) return false;
    await new Promise((done) => setTimeout(done, 50));
  }
}
