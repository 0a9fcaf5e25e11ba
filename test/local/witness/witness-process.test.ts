import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isRefused, openNote, readVerifierKey } from '../../../shared/ledger/verifier/index.ts';
import { cryptography, history, requestBody, signedNote, signing } from '../../support/witness.ts';

const MAIN = join(import.meta.dirname, '../../../local/witness/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'holdfast-witness-'));
const log = history('leaf', 40);
const other = history('other', 40, 5);
type Running = { readonly child: ChildProcess; readonly url: string; readonly vkey: string };

function spawned(): ChildProcess {
  const options = ['--dir', folder, '--port', '0', '--log', signing.log.vkey];
  return spawn(process.execPath, [MAIN, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function start(): Promise<Running> {
  const child = spawned();
  if (child.stdout === null) throw new Error('it has no output');
  for await (const line of createInterface(child.stdout)) return { child, ...JSON.parse(line) };
  throw new Error('the witness did not start');
}

function ended(child: ChildProcess): Promise<number | null> {
  return child.exitCode === null && child.signalCode === null
    ? new Promise((done) => child.once('exit', (code) => done(code)))
    : Promise.resolve(child.exitCode);
}

async function ask(url: string, old: number, size: number, from = log): Promise<Response> {
  const body = Buffer.from(requestBody(old, log.proof(old, size), signedNote(size, from.root(size))));
  return fetch(`${url}/add-checkpoint`, { method: 'POST', body });
}

let running: Running;
beforeAll(async () => {
  running = await start();
});
afterAll(async () => {
  running.child.kill('SIGTERM');
  await ended(running.child);
  rmSync(folder, { recursive: true });
});

describe('a witness as a process of its own', () => {
  test('cosigns with the key that it prints', async () => {
    const line = await (await ask(running.url, 0, 7)).text();
    const key = await readVerifierKey(running.vkey, cryptography);
    if (isRefused(key)) throw new Error(key.refused);
    const opened = await openNote(`${signedNote(7, log.root(7))}${line}`, [key], cryptography);
    const signer = isRefused(opened) ? undefined : opened.signedBy[0];
    expect(Math.abs(Number(signer?.time) - Date.now() / 1000)).toBeLessThan(30);
  });

  test('of sixteen requests at once for other sizes, one is cosigned', async () => {
    const answers = await Promise.all(Array.from({ length: 16 }, (_, at) => ask(running.url, 7, 8 + at)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(15);
  });

  test('lets no second one over its folder', async () => {
    const second = spawned();
    expect(await ended(second)).toBe(1);
  });

  test('remembers after it was killed, and refuses a log that was rolled back or rewritten', async () => {
    const before = Number(await (await ask(running.url, 0, 40)).text());
    running.child.kill('SIGKILL');
    await ended(running.child);
    running = await start();
    const rolledBack = await ask(running.url, 0, 5);
    expect([rolledBack.status, rolledBack.headers.get('content-type')]).toEqual([409, 'text/x.tlog.size']);
    expect(await rolledBack.text()).toBe(`${before}\n`);
    expect((await ask(running.url, before, before, other)).status).toBe(422);
    expect((await ask(running.url, before, 40)).status).toBe(200);
  });

  test('refuses what is too large, also where its length is not told before', async () => {
    const large = 'x'.repeat(70_000);
    const told = await fetch(`${running.url}/add-checkpoint`, { method: 'POST', body: large });
    const status = await new Promise((done, failed) => {
      const chunked = request(`${running.url}/add-checkpoint`, { method: 'POST' }, (response) => {
        response.resume();
        done(response.statusCode);
      });
      chunked.on('error', failed);
      chunked.write(large.slice(0, 40_000));
      chunked.end(large.slice(0, 30_000));
    });
    expect([told.status, status]).toEqual([413, 413]);
  });

  test('lets nobody flood it', async () => {
    const answers: Response[] = [];
    for (let round = 0; round < 10; round += 1)
      answers.push(...(await Promise.all(Array.from({ length: 8 }, () => fetch(`${running.url}/key`)))));
    expect(answers.some(({ status }) => status === 429)).toBe(true);
    expect(answers.some(({ status }) => status === 200)).toBe(true);
  });
});
