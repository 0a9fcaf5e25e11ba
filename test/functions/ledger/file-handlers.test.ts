import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { HttpHandler } from '../../../functions/runtime/http.ts';
import type { HttpAnswer } from '../../../functions/runtime/problem.ts';
import { append, type Unsealed } from '../../../shared/ledger/index.ts';
import { nodeCryptography } from '../../../shared/ledger/node-crypto.ts';
import {
  auditLedger,
  checkProofFile,
  isRefused,
  type LedgerSource,
  readVerifierKey,
} from '../../../shared/ledger/verifier/index.ts';
import type { Fixture } from '../../local/aws/fixture.ts';
import { databaseMissing } from '../../support/dynamodb.ts';
import { CONTEXT, httpEvent } from '../runtime/events.ts';
import { startLedgerFixture } from './ledger-fixture.ts';

const SIZE = 600;
const crypto = nodeCryptography();

let fixture: Fixture | undefined;
let handlers: Readonly<Record<'checkpoint' | 'tile' | 'key' | 'statement' | 'proof' | 'rotate', HttpHandler>>;
let publish: (event: unknown, context: unknown) => Promise<unknown>;

beforeAll(async () => {
  if (databaseMissing) return;
  fixture = await startLedgerFixture();
  const folder = '../../../functions/ledger';
  handlers = {
    checkpoint: (await import(`${folder}/get-checkpoint.ts`)).handler,
    tile: (await import(`${folder}/read-tile-file.ts`)).handler,
    key: (await import(`${folder}/get-ledger-key.ts`)).handler,
    statement: (await import(`${folder}/read-key-statement.ts`)).handler,
    proof: (await import(`${folder}/prove-entry.ts`)).handler,
    rotate: (await import(`${folder}/rotate-ledger-key.ts`)).handler,
  };
  publish = (await import(`${folder}/publish-checkpoint.ts`)).handler;
  await grow(SIZE);
}, 120_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await fixture?.end();
});

const grow = async (size: number): Promise<void> => {
  const { ledger } = await import('../../../functions/runtime/ledger.ts');
  for (let after = await ledger().head(); after.size < size; after = await ledger().head()) {
    const records = Array.from(
      { length: Math.min(90, size - after.size) },
      (_, at): Unsealed => ({
        ...{ kind: 'service', id: `svc-${after.size + at}`, rev: 1, via: 'stream' },
        ...{ occurredAt: '2026-11-21T10:00:00.000Z', commitment: 'c'.repeat(64) },
      }),
    );
    await ledger().append({ after, ...append(after, records, Date.now()), payloads: [] });
  }
};
const get = (
  name: keyof typeof handlers,
  params: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer> =>
  handlers[name](httpEvent({ params, ...(name !== 'proof' && { anonymous: true }) }), CONTEXT);
const trust = async () => {
  const lines = (await get('key')).body.trim().split('\n');
  const keys = await Promise.all(lines.map((line) => readVerifierKey(line, crypto)));
  return { keys: keys.flatMap((key) => (isRefused(key) ? [] : [key])) };
};
/** The ledger as the handlers answer it. */
const served: LedgerSource = {
  read: async (path) => {
    const [folder, ...rest] = path.split('/');
    const place = rest.join('/');
    const answer =
      folder === 'key'
        ? await get('statement', { generation: place })
        : await (folder === 'tile' ? get('tile', { proxy: place }) : get('checkpoint'));
    if (answer.statusCode === 404) return [];
    expect(answer.statusCode, answer.body).toBe(200);
    return [{ bytes: Buffer.from(answer.body, answer.isBase64Encoded === true ? 'base64' : 'utf8') }];
  },
  checkpoints: async () => [],
};

describe.skipIf(databaseMissing)('the public files of the ledger over the local cloud', () => {
  test('before the first checkpoint there is nothing but the keys', async () => {
    expect((await get('checkpoint')).statusCode).toBe(404);
    expect((await get('tile', { proxy: 'entries/000.p/1' })).statusCode).toBe(404);
    const proof = await get('proof', { kind: 'service', id: 'svc-0', rev: '1' });
    expect(proof).toMatchObject({ statusCode: 409, headers: { 'retry-after': '10' } });
    expect((await trust()).keys.map(({ type }) => type)).toEqual([1, 4]);
  });

  test('what is published is sound to somebody who has only the key', async () => {
    await publish({ Records: [{}] }, CONTEXT);
    const fresh = { now: Date.now() / 1000, maxAge: 60 };
    const report = await auditLedger(served, { trust: await trust(), fresh }, crypto);
    expect(report).toMatchObject({ verdict: 'sound', checked: SIZE, findings: [] });
    expect(report.checkpoint?.signers).toHaveLength(2);
  });

  test.each([0, 255, 256, 511, 599])('entry %i is proved', async (seq) => {
    const answer = await get('proof', { kind: 'service', id: `svc-${seq}`, rev: '1' });
    expect(await checkProofFile(answer.body, await trust(), crypto)).toMatchObject({ entry: { seq } });
  });

  test('what is sealed later is served when a checkpoint covers it, and not before', async () => {
    await grow(SIZE + 1);
    expect((await get('tile', { proxy: 'entries/002.p/89' })).statusCode).toBe(404);
    expect((await get('proof', { kind: 'service', id: `svc-${SIZE}`, rev: '1' })).statusCode).toBe(409);
    await publish({ Records: [{}] }, CONTEXT);
    expect((await get('tile', { proxy: 'entries/002.p/89' })).statusCode).toBe(200);
    expect((await get('tile', { proxy: 'entries/002.p/88' })).statusCode).toBe(200);
    expect((await get('proof', { kind: 'service', id: `svc-${SIZE}`, rev: '1' })).statusCode).toBe(200);
  });

  test('full files may be kept for ever, the others for a while', async () => {
    const kept = async (proxy: string) => (await get('tile', { proxy })).headers['cache-control'];
    expect(await kept('0/001')).toContain('immutable');
    expect(await kept('1/000.p/2')).toBe('public, max-age=60');
    expect((await get('checkpoint')).headers['cache-control']).toBe('public, max-age=5');
  });

  test('a rotated key is followed from the first one', async () => {
    const first = await trust();
    const rotate = (generation: number) =>
      handlers.rotate(
        httpEvent({
          ...{ method: 'POST', path: '/v1/ledger/keys', headers: { 'content-type': 'application/json' } },
          body: { generation, reason: 'each year' },
        }),
        CONTEXT,
      );
    expect((await get('statement', { generation: '2' })).statusCode).toBe(404);
    const done = await rotate(2);
    expect(JSON.parse(done.body)).toMatchObject({ generation: 2, seq: SIZE + 1 });
    expect(await rotate(2)).toMatchObject({ statusCode: 200, body: done.body });
    expect(await rotate(3)).toMatchObject({ statusCode: 409 });
    expect((await get('statement', { generation: '1' })).statusCode).toBe(400);
    await publish({ Records: [{}] }, CONTEXT);
    const by = async () => (await auditLedger(served, { trust: first }, crypto)).checkpoint?.signers;
    expect(await by()).toHaveLength(3);
    await grow(SIZE + 3);
    await publish({ Records: [{}] }, CONTEXT);
    expect(await auditLedger(served, { trust: first }, crypto)).toMatchObject({
      ...{ verdict: 'sound', findings: [], checked: SIZE + 3 },
    });
    const keys = (await get('key')).body.split('\n');
    expect(keys[2]).toBe(`# key 2: in force from entry ${SIZE + 1} on`);
    expect(await by()).toEqual([keys[3], keys[4]].map((key) => key?.split('+').slice(0, 2).join('+')));
  });
});
