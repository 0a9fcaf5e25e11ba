import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type HttpHandler, jsonAnswer, served } from '../../functions/runtime/http.ts';
import { WEBHOOK_SOURCES } from '../../shared/signals/contract.ts';
import { CONTEXT, httpEvent } from '../functions/runtime/events.ts';
import { type Gateway, startGateway } from './gateway.ts';

// before the logger is made, which reads it once
vi.hoisted(() => vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT'));

const OVER_A_MINUTE = 61_000;
const ALERT = JSON.stringify({
  ...{ version: '4', groupKey: 'g', status: 'firing', receiver: 'holdfast', truncatedAlerts: 0 },
  alerts: [
    {
      ...{ status: 'firing', labels: { alertname: 'Errors', job: 'checkout' }, annotations: {} },
      ...{
        startsAt: '2026-11-21T12:00:00Z',
        endsAt: '0001-01-01T00:00:00Z',
        fingerprint: 'a1b2c3d4e5f60718',
      },
    },
  ],
});

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
}, 120_000);
afterAll(() => gateway.close());
afterEach(() => vi.restoreAllMocks());

/** The active secrets from now on; a reader asks again after a minute, so the clock is moved past it. */
const STARTED = Date.now();
let minutes = 0;
function activate(secrets: Readonly<Record<string, readonly string[]>>): void {
  gateway.aws.secrets.current = secrets;
  minutes += 1;
  const now = STARTED + minutes * OVER_A_MINUTE;
  vi.spyOn(Date, 'now').mockImplementation(() => now);
}

type Sent = { readonly body: string; readonly headers?: Readonly<Record<string, string>> };

async function deliver(source: string, { body, headers = {} }: Sent): Promise<number> {
  const answer = await fetch(`${gateway.url}/v1/webhooks/${source}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  expect(answer.headers.get('content-type')).toMatch(/json/);
  return answer.status;
}

const signed = (body: string, secret: string): Sent => ({
  body,
  headers: { 'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` },
});
const bearing = (body: string, token: string): Sent => ({
  body,
  headers: { authorization: `Bearer ${token}` },
});

describe.each(WEBHOOK_SOURCES)('a delivery of %s that proves nothing', (source) => {
  test.each([
    ['is JSON', '{}'],
    ['is no JSON', '{"a":'],
    ['is no UTF-8', '\u00ff\u00fe'],
    ['is empty', ''],
    ['reaches for a prototype', '{"__proto__":{"admin":true},"constructor":{"prototype":{"x":1}}}'],
  ])('is answered with 401 and stores nothing, whether its body %s', async (_, body) => {
    activate({ [source]: ['right'] });
    const before = gateway.aws.calls.filter(({ action }) => action !== 'GetSecretValue').length;
    for (const sent of [{ body }, signed(body, 'wrong'), bearing(body, 'wrong'), bearing(body, '')])
      expect(await deliver(source, sent)).toBe(401);
    expect(gateway.aws.calls.filter(({ action }) => action !== 'GetSecretValue').length).toBe(before);
  });

  test('is answered with 401 while no secret is set at all', async () => {
    for (const none of [{}, { [source]: [] }, { [source]: [''] }]) {
      activate(none);
      for (const sent of [signed('{}', ''), bearing('{}', ''), bearing('{}', 'undefined')])
        expect(await deliver(source, sent)).toBe(401);
    }
  });

  test("is not helped by another source's secret", async () => {
    activate({ argocd: ['a'], alertmanager: ['b'], github: ['c'], cloudevents: ['d'], [source]: ['own'] });
    for (const secret of ['a', 'b', 'c', 'd'].filter((each) => each !== 'own')) {
      expect(await deliver(source, signed('{}', secret))).toBe(401);
      expect(await deliver(source, bearing('{}', secret))).toBe(401);
    }
  });
});

describe.each([
  ['github', signed],
  ['alertmanager', bearing],
  ['argocd', bearing],
  ['cloudevents', bearing],
] as const)('the secrets of %s are rotated without a gap:', (source, prove) => {
  /** Past the proof: what is then refused is the shape. */
  const passes = async (secret: string) => (await deliver(source, prove('{}', secret))) !== 401;

  test('the old and the new are both good for a while, and the one that was removed is not', async () => {
    activate({ [source]: ['old'] });
    expect([await passes('old'), await passes('new')]).toEqual([true, false]);
    activate({ [source]: ['new', 'old'] });
    expect([await passes('old'), await passes('new')]).toEqual([true, true]);
    activate({ [source]: ['new'] });
    expect([await passes('old'), await passes('new')]).toEqual([false, true]);
  });

  test('a proven body that is no JSON is answered with 400: only then is it read', async () => {
    activate({ [source]: ['right'] });
    expect(await deliver(source, prove('{"a":', 'right'))).toBe(400);
  });
});

test('a signature over other bytes that mean the same is none', async () => {
  activate({ github: ['right'] });
  const { headers = {} } = signed('{"a":1}', 'right');
  expect(await deliver('github', { body: '{"a": 1}', headers })).toBe(401);
});

test('a proven delivery is taken', async () => {
  activate({ alertmanager: ['right'] });
  expect(await deliver('alertmanager', bearing(ALERT, 'right'))).toBe(202);
});

test('a body over the limit is refused before its proof is looked at', async () => {
  activate({ alertmanager: ['right'] });
  const large = ALERT.padEnd(4_194_305);
  const before = gateway.aws.calls.length;
  expect(await deliver('alertmanager', bearing(large, 'right'))).toBe(413);
  expect(gateway.aws.calls.length).toBe(before);
});

test.each(['nobody', '__proto__', 'constructor', 'toString', '%2e%2e'])(
  'a source that is none is not found: %s',
  async (source) => {
    activate({});
    expect(await deliver(source, { body: '{}' })).toBe(404);
  },
);

test('a write over the limit is refused by every route that takes a body', async () => {
  const authorization = `Bearer ${gateway.token(['admin'])}`;
  const answer = await fetch(`${gateway.url}/v1/kill-switch`, {
    method: 'PUT',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ on: true, reason: 'x'.repeat(1_048_576) }),
  });
  expect(answer.status).toBe(413);
});

describe('what a caller sends becomes no header of its own in the answer:', () => {
  const INJECTED = 'abcdefgh\r\nset-cookie: a=b';
  const answerOf = (handler: HttpHandler) =>
    handler(httpEvent({ headers: { 'x-correlation-id': INJECTED } }), CONTEXT);

  test('a correlation id with a line break is replaced', async () => {
    const { headers } = await answerOf(
      served(async (event) => jsonAnswer(200, {}, event.requestContext.requestId)),
    );
    expect(headers['x-correlation-id']).toBe('request-1');
  });

  test('a header with a line break or a NUL is left out, whoever made it', async () => {
    for (const bad of [INJECTED, 'a\nb', 'a\u0000b']) {
      const { headers } = await answerOf(
        served(async () => ({
          ...jsonAnswer(200, {}, 'c'),
          headers: { 'webhook-allowed-origin': bad, x: 'y' },
        })),
      );
      expect(headers).toEqual({ x: 'y' });
    }
  });
});
