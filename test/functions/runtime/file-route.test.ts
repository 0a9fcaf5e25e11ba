import { expect, test, vi } from 'vitest';
import { fileRoute, NOT_KEPT } from '../../../functions/runtime/file-route.ts';
import {
  getCheckpointRoute,
  proveEntryRoute,
  readTileFileRoute,
} from '../../../functions/runtime/ledger-routes.ts';
import { Fault } from '../../../shared/kernel/index.ts';
import { CONTEXT, httpEvent } from './events.ts';

vi.hoisted(() => vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT'));

const BYTES = Uint8Array.of(0, 255, 128);

test('bytes are answered in base64, and a public file may be read by a page of anybody', async () => {
  const read = fileRoute(readTileFileRoute, async ({ proxy }) => {
    expect(proxy).toBe('0/x001/234');
    return { content: BYTES, cacheControl: 'public, max-age=60' };
  });
  const answer = await read(httpEvent({ anonymous: true, params: { proxy: '0/x001/234' } }), CONTEXT);
  expect(answer).toMatchObject({ statusCode: 200, isBase64Encoded: true });
  expect(Buffer.from(answer.body, 'base64')).toEqual(Buffer.from(BYTES));
  expect(answer.headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'cache-control': 'public, max-age=60',
    'access-control-allow-origin': '*',
    'x-content-type-options': 'nosniff',
  });
});

test('text is answered as it is', async () => {
  const read = fileRoute(getCheckpointRoute, async () => ({ content: 'a\n1\n', cacheControl: NOT_KEPT }));
  const answer = await read(httpEvent({ anonymous: true }), CONTEXT);
  expect(answer).toMatchObject({ body: 'a\n1\n', headers: { 'cache-control': 'no-store' } });
  expect(answer).not.toHaveProperty('isBase64Encoded');
});

test('a file for who may see it wants the role, and is for no other page', async () => {
  const read = fileRoute(proveEntryRoute, async () => ({ content: 'proof', cacheControl: NOT_KEPT }));
  const params = { kind: 'rollback', id: 'rbk_1', rev: '3' };
  expect((await read(httpEvent({ anonymous: true, params }), CONTEXT)).statusCode).toBe(401);
  const answer = await read(httpEvent({ role: 'viewer', params }), CONTEXT);
  expect(answer.statusCode).toBe(200);
  expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  const wrong = await read(httpEvent({ params: { ...params, rev: 'x' } }), CONTEXT);
  expect(JSON.parse(wrong.body)).toMatchObject({ status: 400, errors: [{ path: 'rev' }] });
});

test('what is not there is a problem that no cache keeps, and says when to ask again', async () => {
  const read = fileRoute(getCheckpointRoute, async () => {
    throw new Fault('NotFound', 'not yet', { retryAfterSeconds: 10 });
  });
  const answer = await read(httpEvent({ anonymous: true }), CONTEXT);
  expect(answer).toMatchObject({
    statusCode: 404,
    headers: {
      ...{ 'content-type': 'application/problem+json', 'cache-control': 'no-store', 'retry-after': '10' },
    },
  });
});
