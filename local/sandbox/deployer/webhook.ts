import { setTimeout as wait } from 'node:timers/promises';
import { notificationDocument } from './documents.ts';
import type { HealthStatus, Log, Snapshot } from './types.ts';

export type Webhook = { readonly url: string; readonly token: string };

const RETRIES = 3; // Argo CD's retryMax; waits of 1 to 5 s, on network errors and 5xx only
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 5000;
const TIMEOUT_MS = 10_000;

export type Notifier = {
  /** Tells every webhook of a change to Degraded, and of the Healthy that follows one. */
  readonly transitioned: (snapshot: Snapshot) => void;
  readonly addWebhook: (webhook: Webhook) => void;
  readonly close: () => void;
};

/**
 * The two triggers that Holdfast's catalogue adds to Argo CD, sent once per trigger and `lastTransitionTime` (whole
 * seconds): Argo CD's own `on-health-degraded` is sent once per revision, so a second degradation of the same
 * revision would never be told, and it has no trigger for recovery.
 */
export function notifier(config: {
  readonly argocdUrl: () => string;
  readonly log: Log;
  readonly firstWaitMs?: number;
}): Notifier {
  const webhooks: Webhook[] = [];
  const degraded = new Set<string>();
  const sent = new Map<string, string>();
  const abort = new AbortController();
  return {
    addWebhook: (webhook) => {
      webhooks.push(webhook);
    },
    close: () => abort.abort(),
    transitioned: (snapshot) => {
      const trigger = triggerOf(snapshot.health.status, degraded.has(snapshot.spec.name));
      if (trigger === undefined) return;
      if (trigger === 'on-health-degraded') degraded.add(snapshot.spec.name);
      else degraded.delete(snapshot.spec.name);
      const once = `${snapshot.spec.name} ${trigger}`;
      if (sent.get(once) === snapshot.health.lastTransitionTime) return;
      sent.set(once, snapshot.health.lastTransitionTime);
      const body = JSON.stringify(notificationDocument(snapshot, trigger, config.argocdUrl()));
      for (const webhook of webhooks) {
        deliver(webhook, body, config.firstWaitMs ?? FIRST_WAIT_MS, abort.signal).catch((error: unknown) => {
          if (!abort.signal.aborted) config.log(`the webhook ${webhook.url} was not delivered: ${error}`);
        });
      }
    },
  };
}

function triggerOf(status: HealthStatus, wasDegraded: boolean): string | undefined {
  if (status === 'Degraded') return 'on-health-degraded';
  return status === 'Healthy' && wasDegraded ? 'on-health-recovered' : undefined;
}

async function deliver(
  webhook: Webhook,
  body: string,
  firstWaitMs: number,
  closed: AbortSignal,
): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const failure = await send(webhook, body, closed);
    if (failure === undefined) return;
    if (!failure.transient || attempt === RETRIES) throw new Error(failure.message);
    const longest = LONGEST_WAIT_MS * (firstWaitMs / FIRST_WAIT_MS);
    await wait(Math.min(longest, firstWaitMs * 2 ** attempt), undefined, { signal: closed });
  }
}

async function send(webhook: Webhook, body: string, closed: AbortSignal) {
  try {
    const response = await fetch(webhook.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${webhook.token}` },
      body,
      signal: AbortSignal.any([closed, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    await response.arrayBuffer();
    if (response.ok) return undefined;
    return { transient: response.status >= 500, message: `it answered ${response.status}` };
  } catch (error) {
    return { transient: !closed.aborted, message: String(error) };
  }
}
