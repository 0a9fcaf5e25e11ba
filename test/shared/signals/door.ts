import { createHmac } from 'node:crypto';
import { putService } from '../../../shared/services/index.ts';
import {
  type ChatSenders,
  receiveAwsEvent,
  receiveWebhook,
  registryOf,
  routeNewSignal,
  type Settlement,
  type Signal,
  type WebhookAnswer,
  type WebhookSource,
} from '../../../shared/signals/index.ts';
import { fixedClock, seededRandom } from '../../support/chance.ts';
import { memoryStore } from '../../support/memory-store.ts';
import { serviceDocument } from '../services/documents.ts';
import { NOW } from './bodies.ts';
import { memorySignals } from './memory-signals.ts';

const SECRET = 'right';
const ALL: ChatSenders = { teams: [], apps: [] };
const actor = { type: 'person', id: 'ada', via: 'api' } as const;
type Headers = Readonly<Record<string, string>>;

function hmac(...parts: readonly (string | Uint8Array)[]): string {
  const made = createHmac('sha256', SECRET);
  for (const part of parts) made.update(part);
  return made.digest('hex');
}

/** What a genuine sender sends with these bytes. */
export function proofOf(source: WebhookSource, bytes: Uint8Array, nowMilliseconds: number): Headers {
  const seconds = String(Math.floor(nowMilliseconds / 1000));
  switch (source) {
    case 'github':
      return { 'x-hub-signature-256': `sha256=${hmac(bytes)}` };
    case 'pagerduty':
      return { 'x-pagerduty-signature': `v1=${hmac(bytes)}` };
    case 'slack':
      return {
        'x-slack-request-timestamp': seconds,
        'x-slack-signature': `v0=${hmac(`v0:${seconds}:`, bytes)}`,
      };
    default:
      return { authorization: `Bearer ${SECRET}` };
  }
}

/** Everything from the door to what a signal sets off, in memory; the service `shop` is known by the given selectors. */
export async function door(...selectors: readonly { source: string; match: Record<string, string> }[]) {
  const clock = fixedClock(NOW);
  const store = memoryStore();
  const signals = memorySignals();
  const deciding = { store, clock, random: seededRandom(), software: { version: 't', configDigest: 't' } };
  const document = serviceDocument({
    selectors: selectors.map((selector) => ({ environment: 'staging', ...selector })),
  });
  await putService(deciding, { name: 'shop', document, actor, correlationId: 'c', key: 'k' });
  const opened: Signal[] = [];
  const noticed: Signal[] = [];
  const obeyed: unknown[] = [];
  const meter = { count: () => undefined, measure: () => undefined };
  const deps = {
    ...{ store, signals, clock, meter },
    secrets: async () => [SECRET],
    openRollback: async ({ signal }: { signal: Signal }) => {
      opened.push(signal);
      return { kind: 'opened' as const, id: `rbk_${opened.length}` };
    },
    noticeForgeEvent: async (signal: Signal) => {
      noticed.push(signal);
    },
    obeyComment: async (comment: unknown) => {
      obeyed.push(comment);
    },
    obeyButton: async (pressed: unknown) => {
      obeyed.push(pressed);
    },
  };
  const deliver = (source: WebhookSource, body: unknown, headers: Headers = {}): Promise<WebhookAnswer> => {
    const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    const delivery = { headers: { ...proofOf(source, bytes, clock()), ...headers }, body: bytes };
    return receiveWebhook(deps, { source, method: 'POST', delivery });
  };
  /** Routes whatever is new, in the order in which it came; all of Slack is heard unless said otherwise. */
  const route = async (chatSenders: ChatSenders = ALL): Promise<readonly Settlement[]> => {
    const settled: Settlement[] = [];
    for (const signal of signals.all().filter((each) => each.routing === 'new'))
      settled.push(await routeNewSignal({ ...deps, chatSenders }, signal, registryOf(deps)));
    return settled;
  };
  const event = (body: unknown) => receiveAwsEvent(deps, body);
  return { clock, signals, opened, noticed, obeyed, deps, deliver, event, route };
}
