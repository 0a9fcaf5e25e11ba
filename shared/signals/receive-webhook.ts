import { Fault, isoTime } from '../kernel/index.ts';
import { type AcceptDeps, type Accepted, acceptSignals } from './accept-signals.ts';
import { SIGNAL_METRICS, WEBHOOK_SOURCES, type WebhookSource } from './contract.ts';
import { mapper } from './mappers/index.ts';
import { type Delivery, isGenuine } from './verify.ts';

export type WebhookDeps = AcceptDeps & {
  /** The active secrets of a source; a list, so that they can be rotated. */
  readonly secrets: (source: WebhookSource) => Promise<readonly string[]>;
};

/** handshake: a sender asks whether it may send. ping: it tries whether it can. */
export type WebhookAnswer =
  | { readonly kind: 'handshake'; readonly origin: string }
  | { readonly kind: 'ping' }
  | { readonly kind: 'accepted'; readonly accepted: Accepted };

/**
 * Takes a webhook call: verifies it on the raw bytes, then parses, then persists. What is forged leaves nothing but a count.
 * Throws Fault NotFound (no such source), Unauthenticated, InvalidInput (not JSON, or not this source's shape: fields named).
 */
export async function receiveWebhook(
  deps: WebhookDeps,
  call: { readonly source: string; readonly method: string; readonly delivery: Delivery },
): Promise<WebhookAnswer> {
  const source = WEBHOOK_SOURCES.find((each) => each === call.source);
  if (source === undefined) throw new Fault('NotFound', `there is no webhook source ${call.source}`);
  if (!isGenuine(source, call.delivery, await deps.secrets(source))) {
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
  const mapped = mapper(source)({ body: jsonOf(source, body), headers, receivedAt });
  if (mapped.kind === 'ping') return { kind: 'ping' };
  return { kind: 'accepted', accepted: await acceptSignals(deps, source, mapped.signals, body) };
}

function jsonOf(source: WebhookSource, body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    const issues = [{ path: '', message: 'is not JSON' }];
    throw new Fault('InvalidInput', `the ${source} body is not JSON`, { cause, issues });
  }
}
