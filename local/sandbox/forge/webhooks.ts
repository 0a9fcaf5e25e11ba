import { createHmac, randomUUID } from 'node:crypto';
import type { Log } from './world.ts';

export type WebhookTarget = { readonly url: string; readonly secret: string };
export type Delivery = {
  /** Of this attempt. */
  readonly number: number;
  /** GitHub's `X-GitHub-Delivery`; a delivery sent again keeps it. */
  readonly id: string;
  readonly event: string;
  readonly body: string;
  /** HTTP status of the receiver; undefined when it did not answer. */
  readonly status?: number;
  /** Milliseconds. */
  readonly at: number;
  readonly redelivery: boolean;
};
export type Webhooks = {
  readonly addTarget: (target: WebhookTarget) => void;
  readonly emit: (event: string, payload: Readonly<Record<string, unknown>>) => void;
  /** The newest deliveries, oldest first. */
  readonly deliveries: () => readonly Delivery[];
  /** Sends a delivery again under the same id. Nobody else repeats one: GitHub does not either. */
  readonly redeliver: (id: string) => Promise<void>;
  /** The same, by the number of the attempt; does not wait. False when there is none. */
  readonly attemptAgain: (number: number) => boolean;
  /** The next deliveries get lost on their way, and stand in the list as failed. */
  readonly lose: (count: number) => void;
  readonly idle: () => Promise<void>;
};

type Sent = { readonly delivery: Delivery; readonly target: WebhookTarget };
type Draft = Pick<Delivery, 'id' | 'event' | 'body' | 'redelivery'>;

const TIMEOUT_MS = 10_000; // as GitHub
const KEPT = 400;
const HOOK_ID = 1;

/** Sends events in order, each to every target, signed over the exact bytes of its body. */
export function startWebhooks(log: Log, now: () => number): Webhooks {
  const targets: WebhookTarget[] = [];
  const kept: Sent[] = [];
  let line: Promise<void> = Promise.resolve();
  let last = 0;
  let toLose = 0;
  const send = async (target: WebhookTarget, draft: Draft): Promise<void> => {
    const isLost = toLose > 0;
    if (isLost) toLose -= 1;
    const status = isLost ? undefined : await post(target, draft);
    if (status === undefined || status >= 400) log('webhook-refused', { event: draft.event, status });
    last += 1;
    const delivery = { ...draft, number: last, at: now(), ...(status !== undefined && { status }) };
    kept.push({ delivery, target });
    if (kept.length > KEPT) kept.shift();
  };
  const queue = (target: WebhookTarget, draft: Draft): void => {
    line = line.then(() => send(target, draft));
  };
  // written now: a later change of the repository must not change what this event says
  const draftOf = (event: string, payload: Readonly<Record<string, unknown>>): Draft => ({
    ...{ id: randomUUID(), event, body: JSON.stringify(payload), redelivery: false },
  });
  const again = (found: (delivery: Delivery) => boolean): boolean => {
    const sent = kept.find(({ delivery }) => found(delivery));
    if (sent === undefined) return false;
    const { id, event, body } = sent.delivery;
    queue(sent.target, { id, event, body, redelivery: true });
    return true;
  };
  return {
    addTarget: (target) => {
      targets.push(target);
      queue(target, draftOf('ping', pingOf(target)));
    },
    emit: (event, payload) => {
      for (const target of targets) queue(target, draftOf(event, payload));
    },
    deliveries: () => kept.map(({ delivery }) => delivery),
    redeliver: async (id) => {
      if (!again((delivery) => delivery.id === id)) throw new Error(`no delivery ${id}`);
      await line;
    },
    attemptAgain: (number) => again((delivery) => delivery.number === number),
    lose: (count) => {
      toLose = count;
    },
    idle: () => line,
  };
}

function pingOf(target: WebhookTarget): Readonly<Record<string, unknown>> {
  const config = { content_type: 'json', url: target.url, insecure_ssl: '0' };
  const hook = { type: 'Organization', id: HOOK_ID, name: 'web', active: true, events: ['*'], config };
  return { zen: 'Anything added dilutes everything else.', hook_id: HOOK_ID, hook };
}

async function post(target: WebhookTarget, draft: Draft): Promise<number | undefined> {
  const signature = createHmac('sha256', target.secret).update(draft.body).digest('hex');
  try {
    const answer = await fetch(target.url, {
      method: 'POST',
      body: draft.body,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'GitHub-Hookshot/sandbox',
        'x-github-event': draft.event,
        'x-github-delivery': draft.id,
        'x-github-hook-id': String(HOOK_ID),
        'x-hub-signature-256': `sha256=${signature}`,
      },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return undefined;
  }
}
