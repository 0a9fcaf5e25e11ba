import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stepText } from '../../cli/journeys.ts';
import { localCloud, runningCloud } from '../../cli/session.ts';
import { lockFolder } from '../../local/witness/folder-lock.ts';
import { holdfast } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-cli-local-'));
const server = createServer((request, response) => {
  const token = { id_token: 'signed', expires_in: 60 };
  response.end(JSON.stringify(request.url === '/token' ? token : { status: 'ok' }));
});
let answering = '';
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  answering = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** A data folder of a cloud that was started under a process number and said it would answer at an address. */
function started(name: string, pid: number, api: string): string {
  const data = join(folder, name);
  mkdirSync(data);
  const state = { pid, api, aws: api, tokenUrl: `${api}/token` };
  writeFileSync(join(data, 'local.json'), JSON.stringify(state));
  return data;
}

describe('a local cloud', () => {
  const NOWHERE = 'http://127.0.0.1:9';

  test('whose process lives but does not answer is none: its number may be another process by now', async () => {
    const data = started('silent', process.pid, NOWHERE);
    expect(localCloud(data)).toBeDefined();
    expect(await runningCloud(data)).toBeUndefined();
    const { code, stdout } = await holdfast(['local', 'status', '--data', data]);
    expect(stdout).toContain('not running');
    expect(code).toBe(1);
  });

  test('that answers is one', async () => {
    expect(await runningCloud(started('sound', process.pid, answering))).toMatchObject({ pid: process.pid });
  });

  test('whose process has ended and was not collected yet is none, though something answers', async () => {
    // The shell starts a process that ends at once, then becomes one that never collects it.
    const shell = spawn('/bin/sh', ['-c', 'sh -c "exit 0" & echo $!; exec sleep 30'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [said] = await once(shell.stdout, 'data');
    const data = started('zombie', Number(String(said)), answering);
    await expect.poll(() => localCloud(data), { timeout: 10_000 }).toBeUndefined();
    shell.kill('SIGKILL');
  });

  test('is started once over a folder: a start beside another one that is on its way ends, and says whose it is', async () => {
    const data = join(folder, 'held');
    mkdirSync(data);
    const lock = lockFolder(data, 'local cloud');
    const { code, stderr } = await holdfast(['local', 'start', '--data', data]);
    expect(stderr).toContain('the local cloud did not start');
    expect(stderr).toContain(`another local cloud runs over this folder (process ${process.pid} on`);
    expect(code).toBe(1);
    lock.check();
    lock.release();
  }, 120_000);

  test('is looked for where --data says when one signs in', async () => {
    const { code, stderr } = await holdfast(['login', '--data', join(folder, 'nothing')]);
    expect(stderr).toContain('no local cloud runs here');
    expect(code).toBe(4);
  });
});

test('the first decision of a subject reads as its birth', () => {
  const first = { kind: 'rollback', rev: 1, decision: 'DegradationDetected -> DegradationDetected' };
  expect(stepText(first)).toBe('rollback opened: DegradationDetected');
  const second = { kind: 'rollback', rev: 2, decision: 'CandidateResolved -> CandidateResolved' };
  expect(stepText(second)).toBe('CandidateResolved -> CandidateResolved');
});
