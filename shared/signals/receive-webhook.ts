import { Fault, isoTime } from '../kernel/index.ts';
import { type AcceptDeps, type Accepted, acceptSignals } from './accept-signals.ts';
import { SIGNAL_METRICS, WEBHOOK_LIMITS, WEBHOOK_SOURCES, type WebhookSource } from './contract.ts';
import { mapper } from './mappers/index.ts';
import { type Delivery, isGenuine } from './verify.ts';

export type WebhookDeps = AcceptDeps & {
  /** The active secrets of a source; a list, so that they can be rotated. */
  readonly secrets: (source: WebhookSource) => Promise<readonly string[]>;
};

/** handshake, challenge: a sender asks whether it may send. ping: it tries whether it can. */
export type WebhookAnswer =
  | { readonly kind: 'handshake'; readonly origin: string }
  | { readonly kind: 'challenge'; readonly challenge: string }
  | { readonly kind: 'ping' }
  /** It is stored, and the sender wants no more than a 200: what it would read an answer for is not ours to give. */
  | { readonly kind: 'acknowledged' }
  | { readonly kind: 'accepted'; readonly accepted: Accepted };

/**
 * Takes a webhook call: verifies it on the raw bytes, then parses, then persists. What is forged leaves nothing but a count.
 * Throws Fault NotFound (no such source), TooLarge, Unauthenticated, InvalidInput (not JSON, or not this source's shape: fields named).
 */
export async function receiveWebhook(
  deps: WebhookDeps,
  call: { readonly source: string; readonly method: string; readonly delivery: Delivery },
): Promise<WebhookAnswer> {
  const source = WEBHOOK_SOURCES.find((each) => each === call.source);
  if (source === undefined) throw new Fault('NotFound', `there is no webhook source ${call.source}`);
  const limit = WEBHOOK_LIMITS[source];
  if (call.delivery.body.byteLength > limit)
    throw new Fault('TooLarge', `a ${source} body is over ${limit} bytes`);
  if (!isGenuine(source, call.delivery, await deps.secrets(source), deps.clock())) {
    deps.meter.count(SIGNAL_METRICS.forged, { source });
    throw new Fault(
      'Unauthenticated',
      `the signature or token of this ${source} delivery is missing or wrong`,
    );
  }
  const { headers, body } = call.delivery;
  if (call.method === 'OPTIONS')
    return { kind: 'handshake', origin: headers['webhook-request-origin'] ?? '*' };
  const receivedAt = isoTime(deps.clock());
  const mapped = mapper(source)({ body: contentOf(source, call.delivery), headers, receivedAt });
  if (mapped.kind !== 'signals') return mapped;
  const accepted = await acceptSignals(deps, source, mapped.signals, body);
  return source === 'slack' ? { kind: 'acknowledged' } : { kind: 'accepted', accepted };
}

/** Slack sends its events as JSON, and what people press as a form with the JSON in one field. */
function contentOf(source: WebhookSource, { headers, body }: Delivery): unknown {
  const isForm = (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  if (source !== 'slack' || !isForm) return jsonOf(source, body);
  const form = new URLSearchParams(Buffer.from(body).toString('utf8'));
  const payload = form.get('payload');
  return payload === null ? Object.fromEntries(form) : jsonOf(source, Buffer.from(payload));
}

function jsonOf(source: WebhookSource, body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    const issues = [{ path: '', message: 'is not JSON' }];
    throw new Fault('InvalidInput', `the ${source} body is not JSON`, { cause, issues });
  }
}
