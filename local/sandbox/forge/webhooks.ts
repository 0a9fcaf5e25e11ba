import { createHmac, randomUUID } from 'node:crypto';
import type { Log } from './world.ts';

export type WebhookTarget = { readonly url: string; readonly secret: string };
export type Delivery = {
  /** GitHub's `X-GitHub-Delivery`; a delivery sent again keeps it. */
  readonly id: string;
  readonly event: string;
  readonly body: string;
  /** HTTP status of the receiver; undefined when it did not answer. */
  readonly status?: number;
};
export type Webhooks = {
  readonly addTarget: (target: WebhookTarget) => void;
  readonly emit: (event: string, payload: Readonly<Record<string, unknown>>) => void;
  /** The newest deliveries, oldest first. */
  readonly deliveries: () => readonly Delivery[];
  /** Sends a delivery again under the same id. Nobody else repeats one: GitHub does not either. */
  readonly redeliver: (id: string) => Promise<void>;
  readonly idle: () => Promise<void>;
};

const TIMEOUT_MS = 10_000; // as GitHub
const KEPT = 200;
const HOOK_ID = 1;

/** Sends events in order, each to every target, signed over the exact bytes of its body. */
export function startWebhooks(log: Log): Webhooks {
  const targets: WebhookTarget[] = [];
  const kept: Delivery[] = [];
  let line: Promise<void> = Promise.resolve();
  const send = async (target: WebhookTarget, delivery: Delivery): Promise<void> => {
    const status = await post(target, delivery);
    if (status === undefined || status >= 400) log('webhook-refused', { event: delivery.event, status });
    kept.push({ ...delivery, ...(status !== undefined && { status }) });
    if (kept.length > KEPT) kept.shift();
  };
  const queue = (target: WebhookTarget, event: string, payload: Readonly<Record<string, unknown>>): void => {
    // written now: a later change of the repository must not change what this event says
    const delivery = { id: randomUUID(), event, body: JSON.stringify(payload) };
    line = line.then(() => send(target, delivery));
  };
  return {
    addTarget: (target) => {
      targets.push(target);
      queue(target, 'ping', pingOf(target));
    },
    emit: (event, payload) => {
      for (const target of targets) queue(target, event, payload);
    },
    deliveries: () => [...kept],
    redeliver: async (id) => {
      const delivery = kept.find((each) => each.id === id);
      if (delivery === undefined) throw new Error(`no delivery ${id}`);
      for (const target of targets) line = line.then(() => send(target, delivery));
      await line;
    },
    idle: () => line,
  };
}

function pingOf(target: WebhookTarget): Readonly<Record<string, unknown>> {
  const config = { content_type: 'json', url: target.url, insecure_ssl: '0' };
  const hook = { type: 'Organization', id: HOOK_ID, name: 'web', active: true, events: ['*'], config };
  return { zen: 'Anything added dilutes everything else.', hook_id: HOOK_ID, hook };
}

async function post(target: WebhookTarget, delivery: Delivery): Promise<number | undefined> {
  const signature = createHmac('sha256', target.secret).update(delivery.body).digest('hex');
  try {
    const answer = await fetch(target.url, {
      method: 'POST',
      body: delivery.body,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'GitHub-Hookshot/sandbox',
        'x-github-event': delivery.event,
        'x-github-delivery': delivery.id,
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
