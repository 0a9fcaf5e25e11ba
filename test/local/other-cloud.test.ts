import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { otherCloud } from '../../local/other-cloud.ts';

// Above what Linux gives out by default: no process has it.
const NOBODY = 2 ** 22 + 1;
const folder = mkdtempSync(join(tmpdir(), 'holdfast-other-'));
const stateFile = join(folder, 'local.json');
let answersLeft = Number.POSITIVE_INFINITY;
const server = createServer((_request, response) => {
  answersLeft -= 1;
  response.statusCode = answersLeft < 0 ? 503 : 200;
  response.end('{}');
});
let api = '';
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});
afterEach(() => rmSync(stateFile, { force: true }));

function started(pid: number, at: string): void {
  writeFileSync(stateFile, JSON.stringify({ pid, api: at }));
}

test('no cloud was started here', async () => {
  expect(await otherCloud(stateFile)).toBeUndefined();
});

test('a process that lives and answers is the other cloud', async () => {
  started(process.pid, api);
  expect(await otherCloud(stateFile)).toBe(process.pid);
});

test('a process that lives and does not answer is none: its number may be another process by now', async () => {
  started(process.pid, 'http://127.0.0.1:9');
  expect(await otherCloud(stateFile)).toBeUndefined();
});

test('a killed cloud that still answers for a moment is waited for, and is none', async () => {
  started(NOBODY, api);
  answersLeft = 4;
  expect(await otherCloud(stateFile)).toBeUndefined();
  expect(answersLeft).toBe(-1);
  answersLeft = Number.POSITIVE_INFINITY;
});
