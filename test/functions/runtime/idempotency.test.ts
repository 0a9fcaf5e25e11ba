import { expect, test, vi } from 'vitest';
import { route } from '../../../functions/runtime/http.ts';
import { Fault } from '../../../shared/kernel/index.ts';
import { CONTEXT } from './events.ts';
import { memoryKeys } from './memory-keys.ts';
import { put, THING, thing } from './thing.ts';

vi.hoisted(() => vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT'));

const keyed = { headers: { 'idempotency-key': 'k1' } };

test('the same key and body answer the same, and the work is done once', async () => {
  const { useCase, call } = thing();
  const first = await call(keyed);
  expect(await call(keyed)).toEqual(first);
  expect(useCase).toHaveBeenCalledTimes(1);
});

test('another body or another path under the same key is a 409', async () => {
  const { call } = thing();
  await call(keyed);
  expect((await call({ ...keyed, body: { size: 2 } })).statusCode).toBe(409);
  const elsewhere = put({ ...keyed, params: { name: 'b' } });
  const moved = {
    ...elsewhere,
    requestContext: { ...elsewhere.requestContext, http: { method: 'PUT', path: '/v1/things/b' } },
  };
  const keys = memoryKeys();
  const handler = route(
    THING,
    async () => ({}),
    () => keys,
  );
  await handler(put(keyed), CONTEXT);
  expect((await handler(moved, CONTEXT)).statusCode).toBe(409);
});

test('another caller has the key to itself', async () => {
  const { useCase, call } = thing();
  await call(keyed);
  await call({ ...keyed, subject: 'sub-2', body: { size: 2 } });
  expect(useCase).toHaveBeenCalledTimes(2);
});

test('while the first is worked on the second is a 409', async () => {
  const keys = memoryKeys();
  let finish: () => void = () => undefined;
  const slow = route(
    THING,
    () => new Promise<unknown>((resolve) => (finish = () => resolve({}))),
    () => keys,
  );
  const first = slow(put(keyed), CONTEXT);
  await vi.waitFor(async () => expect((await slow(put(keyed), CONTEXT)).statusCode).toBe(409));
  finish();
  expect((await first).statusCode).toBe(200);
});

test('a refusal gives the key back', async () => {
  const keys = memoryKeys();
  const answers = [Promise.reject(new Fault('Conflict', 'moved')), Promise.resolve({ ok: true })];
  const handler = route(
    THING,
    () => answers.shift() ?? Promise.resolve({}),
    () => keys,
  );
  expect((await handler(put(keyed), CONTEXT)).statusCode).toBe(409);
  expect((await handler(put(keyed), CONTEXT)).statusCode).toBe(200);
});

test('without a key, or on a route that reads, nothing is kept', async () => {
  const { useCase, call } = thing();
  await call();
  await call();
  expect(useCase).toHaveBeenCalledTimes(2);
});

test('an empty or endless key is a 400', async () => {
  expect((await thing().call({ headers: { 'idempotency-key': '' } })).statusCode).toBe(400);
  expect((await thing().call({ headers: { 'idempotency-key': 'k'.repeat(201) } })).statusCode).toBe(400);
});

test('the decision key is the same for each retry under one key', async () => {
  const keys: string[] = [];
  const handler = route(
    { ...THING, idempotent: true },
    async ({ key }) => {
      keys.push(key);
      throw new Fault('Unavailable', 'try again');
    },
    memoryKeys,
  );
  await handler(put(keyed), CONTEXT);
  await handler(put(keyed), CONTEXT);
  expect(new Set(keys).size).toBe(1);
});
