import { expect, test, vi } from 'vitest';
import { webhook } from '../../../functions/runtime/webhook.ts';
import { Fault } from '../../../shared/kernel/index.ts';
import type { WebhookAnswer } from '../../../shared/signals/index.ts';
import { CONTEXT, httpEvent } from './events.ts';

vi.hoisted(() => {
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
  vi.stubEnv('SIGNALS_TABLE', 'signals');
  vi.stubEnv('WEBHOOK_SECRETS', 'arn');
});

type Call = {
  source: string;
  method: string;
  delivery: { headers: Readonly<Record<string, string | undefined>>; body: Uint8Array };
};

function posted(answer: WebhookAnswer | Fault, change: Parameters<typeof httpEvent>[0] = {}) {
  const calls: Call[] = [];
  const handler = webhook(async (_deps, call) => {
    calls.push(call);
    if (answer instanceof Fault) throw answer;
    return answer;
  });
  const params = { source: 'github' };
  return {
    calls,
    answer: handler(httpEvent({ method: 'POST', anonymous: true, params, ...change }), CONTEXT),
  };
}

test('the raw bytes are handed over as they were sent, encoded or not', async () => {
  for (const base64 of [true, false]) {
    const { calls, answer } = posted({ kind: 'ping' }, { raw: '{"é": 1 }', base64 });
    await answer;
    expect(Buffer.from(calls[0]?.delivery.body ?? []).toString()).toBe('{"é": 1 }');
  }
});

test('what was accepted is answered with 202 and a ping with 200', async () => {
  const accepted = { accepted: 1, signals: ['sig_1'], duplicates: 0 };
  const taken = await posted({ kind: 'accepted', accepted }).answer;
  expect(taken.statusCode).toBe(202);
  expect(JSON.parse(taken.body)).toEqual(accepted);
  expect((await posted({ kind: 'ping' }).answer).statusCode).toBe(200);
});

test('the handshake allows the origin that asked', async () => {
  const { answer } = posted({ kind: 'handshake', origin: 'events.example.test' }, { method: 'OPTIONS' });
  expect(await answer).toMatchObject({
    statusCode: 200,
    headers: { 'webhook-allowed-origin': 'events.example.test', 'webhook-allowed-rate': expect.any(String) },
  });
});

test('a forged one is answered with 401 as problem+json', async () => {
  const { answer } = posted(new Fault('Unauthenticated', 'the signature is wrong'));
  expect(await answer).toMatchObject({
    statusCode: 401,
    headers: { 'content-type': 'application/problem+json' },
  });
});

test('one that is too large never reaches the use case', async () => {
  const { calls, answer } = posted({ kind: 'ping' }, { raw: 'x'.repeat(4_194_305) });
  expect((await answer).statusCode).toBe(413);
  expect(calls).toEqual([]);
});

test('names of headers are handed over in lower case, however they came', async () => {
  const { calls, answer } = posted({ kind: 'ping' }, { headers: { 'X-Hub-Signature-256': 'sha256=ab' } });
  await answer;
  expect(calls[0]?.delivery.headers).toMatchObject({ 'x-hub-signature-256': 'sha256=ab' });
});

test('what a sender wants back to begin with is given, and what Slack sends is only acknowledged', async () => {
  const challenged = await posted({ kind: 'challenge', challenge: '3eZbrw' }).answer;
  expect([challenged.statusCode, JSON.parse(challenged.body)]).toEqual([200, { challenge: '3eZbrw' }]);
  const acknowledged = await posted({ kind: 'acknowledged' }).answer;
  expect([acknowledged.statusCode, acknowledged.body]).toEqual([200, '{}']);
});
