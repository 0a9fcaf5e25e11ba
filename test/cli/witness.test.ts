import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from 'vitest';
import { signing } from '../support/witness.ts';
import { holdfastHere } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-cli-witness-'));
const MAIN = join(import.meta.dirname, '../../cli/main.ts');
afterAll(() => rmSync(folder, { recursive: true }));

test('holdfast witness says in one document where it is and what its key is, and stops when it is told to', async () => {
  const keys = join(folder, 'ledger.vkey');
  writeFileSync(keys, `# the ledger\n${signing.log.vkey}\n`);
  const options = ['--log', keys, '--dir', join(folder, 'w'), '--port', '0', '--name', 'w.test', '--json'];
  const child = spawn(process.execPath, [MAIN, 'witness', ...options], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const { url, vkey, origins } = JSON.parse((await lines.next()).value ?? '{}');
  expect(origins).toEqual(['holdfast.test/ledger']);
  expect(vkey).toMatch(/^w\.test\+[0-9a-f]{8}\+/);
  expect(await (await fetch(`${url}/key`)).text()).toBe(`${vkey}\n`);
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  await expect(fetch(`${url}/key`)).rejects.toThrow();
});

test.each([
  [[], /--log is missing/],
  [['--log', signing.log.vkey, '--port', '70000'], /--port must be/],
])('wrong use is told: %j', async (options, reason) => {
  const { code, stderr } = await holdfastHere(['witness', ...options]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(reason)]);
});
