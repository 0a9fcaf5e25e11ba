import { describe, expect, test, vi } from 'vitest';
import { route } from '../../../functions/runtime/http.ts';
import { FAULT_NAMES, Fault } from '../../../shared/kernel/index.ts';
import { CONTEXT, httpEvent } from './events.ts';
import { thing } from './thing.ts';

vi.hoisted(() => vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT'));

describe('a request', () => {
  test('reaches the use case checked and typed, and its result is the answer', async () => {
    const { useCase, call } = thing();
    const answer = await call({ headers: { 'x-correlation-id': 'corr-0001' } });
    expect(answer).toMatchObject({
      statusCode: 200,
      headers: { 'content-type': 'application/json', 'x-correlation-id': 'corr-0001' },
    });
    expect(JSON.parse(answer.body)).toEqual({ made: { size: 1, parts: [] } });
    expect(useCase.mock.calls[0]?.[0]).toMatchObject({
      params: { name: 'a' },
      caller: { subject: 'sub-1', person: 'ada', role: 'admin', via: 'api' },
      correlationId: 'corr-0001',
    });
  });

  test('may come base64 encoded', async () => {
    expect(JSON.parse((await thing().call({ base64: true })).body).made).toEqual({ size: 1, parts: [] });
  });

  test.each([
    ['not JSON', { raw: '{"size":' }, 'size'],
    ['a wrong field', { body: { size: 'big' } }, 'size'],
    ['a wrong field in depth', { body: { size: 1, parts: [{ weight: 'heavy' }] } }, 'parts.0.weight'],
    ['an unknown field', { body: { size: 1, colour: 'red' } }, 'colour'],
    ['no body', { raw: '' }, ''],
    ['a name that stands twice', { raw: '{"size":1,"size":2}' }, 'size'],
    ['a name twice, once escaped', { raw: '{"size":1,"\\u0073ize":1}' }, 'size'],
    ['a name twice in depth', { raw: '{"size":1,"parts":[{"weight":1,"weight":1}]}' }, 'parts.0.weight'],
    ['half a surrogate pair', { raw: '{"size":1,"parts":[{},"\\ud800"]}' }, 'parts.1'],
    ['half a surrogate pair in a name', { raw: '{"\\udfff":1}' }, ''],
    ['bytes that are no UTF-8', { raw: Buffer.from([34, 0xed, 0xa0, 0x80, 34]), base64: true }, ''],
  ])('with %s is a 400 that names it', async (_name, change, path) => {
    const { useCase, call } = thing();
    const answer = await call(change);
    expect(answer).toMatchObject({
      statusCode: 400,
      headers: { 'content-type': 'application/problem+json' },
    });
    expect(JSON.parse(answer.body)).toMatchObject({
      status: 400,
      errors: [{ path }],
      correlationId: 'request-1',
    });
    expect(useCase).not.toHaveBeenCalled();
  });

  test('a name in another object, and a whole pair, are no mistake', async () => {
    const raw = '{"size":1,"parts":[{"weight":1},{"weight":1}]}';
    expect((await thing().call({ raw })).statusCode).toBe(200);
    const { errors } = JSON.parse((await thing().call({ raw: '{"size":"\\ud83d\\ude00"}' })).body);
    expect(errors).toMatchObject([{ path: 'size', message: expect.stringContaining('received string') }]);
  });

  test('that is a megabyte of escapes is read, and refused for its type alone', async () => {
    const answer = await thing().call({ raw: JSON.stringify({ size: '\n'.repeat(500_000) }) });
    expect(JSON.parse(answer.body)).toMatchObject({ status: 400, errors: [{ path: 'size' }] });
  });

  test('over a megabyte is a 413', async () => {
    expect(await thing().call({ raw: JSON.stringify({ size: 'x'.repeat(1_100_000) }) })).toMatchObject({
      statusCode: 413,
    });
  });
});

describe('the role table', () => {
  test.each([
    ['viewer', 403],
    ['operator', 200],
    ['approver', 200],
    ['admin', 200],
    ['root', 403],
    ['', 403],
  ])('%j gets %i where an operator is needed', async (role, status) => {
    expect((await thing().call({ role })).statusCode).toBe(status);
  });

  test('without an identity it is a 401', async () => {
    expect((await thing().call({ anonymous: true })).statusCode).toBe(401);
  });

  test('a public route asks nobody', async () => {
    const handler = route({ method: 'GET', path: '/p', summary: '' }, async ({ caller }) => caller);
    const answer = await handler(httpEvent({ anonymous: true }), CONTEXT);
    expect(JSON.parse(answer.body)).toEqual({ subject: 'anonymous', via: 'api' });
  });
});

describe('what is thrown', () => {
  const failing = (thrown: unknown) =>
    route({ method: 'GET', path: '/p', summary: '' }, async () => {
      throw thrown;
    })(httpEvent(), CONTEXT);

  test.each(FAULT_NAMES)('a Fault %s has one status and its own words', async (name) => {
    const answer = await failing(new Fault(name, 'the reason'));
    const problem = JSON.parse(answer.body);
    expect(problem).toMatchObject({ type: `urn:holdfast:fault:${name}`, detail: 'the reason' });
    expect(problem.status).toBe(answer.statusCode);
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
  });

  test('anything else is a 500 without a word of what it was', async () => {
    const answer = await failing(new Error('password is hunter2'));
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('hunter2');
  });

  test('the wait that an outside system names is handed on', async () => {
    const answer = await failing(new Fault('RateLimited', 'later', { retryAfterSeconds: 7 }));
    expect(answer.headers['retry-after']).toBe('7');
  });
});
