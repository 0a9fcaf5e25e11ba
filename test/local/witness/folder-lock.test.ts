import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { lockFolder } from '../../../local/witness/folder-lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-lock-'));
const file = join(folder, 'lock');
afterEach(() => rmSync(file, { force: true }));
const lock = () => lockFolder(folder, 'local cloud');

test('of two processes over one folder the second is refused, and told whose it is', () => {
  const first = lock();
  expect(lock).toThrow(`another local cloud runs over this folder (process ${process.pid} on ${hostname()})`);
  first.release();
  lock().release();
  expect(existsSync(file)).toBe(false);
});

// Only Linux says when a process was started, and that it has ended uncollected.
const onLinux = test.runIf(existsSync('/proc/self/stat'));

onLinux('a process that has the number of the one that held it by now is not it', () => {
  const held = lock();
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/\d+$/, '17'));
  expect(held.check).toThrow('no longer');
  lock().check();
});

onLinux('a holder that has ended and was not collected holds nothing', async () => {
  const shell = spawn('/bin/sh', ['-c', 'sh -c "exit 0" & echo $!; exec sleep 30'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [said] = await once(shell.stdout, 'data');
  writeFileSync(file, `${Number(String(said))} ${hostname()} 1`);
  const taken = () => {
    try {
      return lock();
    } catch {
      return undefined;
    }
  };
  await expect.poll(taken, { timeout: 10_000 }).toBeDefined();
  shell.kill('SIGKILL');
});

test('the lock of another machine is never taken over', () => {
  writeFileSync(file, '1 another-machine 1 1');
  expect(lock).toThrow('process 1 on another-machine');
});
