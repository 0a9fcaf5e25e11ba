import { Fault } from '../../shared/kernel/index.ts';
import { MAX_WEBHOOK_BYTES, type WebhookAnswer, type WebhookDeps } from '../../shared/signals/index.ts';
import { once } from './environment.ts';
import { type HttpHandler, jsonAnswer, served } from './http.ts';
import { correlationOf, type HttpEvent, rawBody } from './http-event.ts';
import type { HttpAnswer } from './problem.ts';
import { webhookSecrets } from './secrets.ts';
import { acceptDeps } from './signals.ts';

type Receive = (
  deps: WebhookDeps,
  call: {
    readonly source: string;
    readonly method: string;
    readonly delivery: {
      readonly headers: Readonly<Record<string, string | undefined>>;
      readonly body: Uint8Array;
    };
  },
) => Promise<WebhookAnswer>;

// As many deliveries a minute as an alert manager of a large house ever sends; the handshake wants a number.
const ALLOWED_RATE = '6000';

const webhookDeps = once((): WebhookDeps => ({ ...acceptDeps(), secrets: webhookSecrets() }));

/** A handler of webhooks: hands the bytes over as they came. No schema and no JSON before the use case has verified them. */
export function webhook(receive: Receive): HttpHandler {
  return served(async (event) => {
    const source = event.pathParameters?.source;
    if (source === undefined) throw new Fault('NotFound', 'the path names no source');
    const delivery = { headers: lowerCased(event.headers ?? {}), body: rawBody(event, MAX_WEBHOOK_BYTES) };
    const call = { source, method: event.requestContext.http.method, delivery };
    return answerOf(await receive(webhookDeps(), call), event);
  });
}

/** HTTP APIs send header names so already; what else may stand before us need not. */
function lowerCased(
  headers: NonNullable<HttpEvent['headers']>,
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function answerOf(answer: WebhookAnswer, event: HttpEvent): HttpAnswer {
  const correlationId = correlationOf(event);
  switch (answer.kind) {
    case 'accepted':
      return jsonAnswer(202, answer.accepted, correlationId);
    case 'ping':
      return jsonAnswer(200, { accepted: 0, signals: [], duplicates: 0 }, correlationId);
    case 'acknowledged':
      return jsonAnswer(200, {}, correlationId);
    case 'challenge':
      return jsonAnswer(200, { challenge: answer.challenge }, correlationId);
    case 'handshake': {
      const { headers, ...rest } = jsonAnswer(200, {}, correlationId);
      const allowed = { 'webhook-allowed-origin': answer.origin, 'webhook-allowed-rate': ALLOWED_RATE };
      return { ...rest, headers: { ...headers, ...allowed } };
    }
  }
}
