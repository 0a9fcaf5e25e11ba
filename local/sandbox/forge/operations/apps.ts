import type { Apps } from '../apps.ts';
import type { AppOperationId } from '../contract/operations.ts';
import { notFound } from '../refusal.ts';
import type { Delivery, Webhooks } from '../webhooks.ts';
import { githubTime } from '../world.ts';
import { type Answer, pageOf } from './call.ts';

type Shape = Readonly<Record<string, unknown>>;

/** A request of an app about itself; it was signed by the app. */
export type AppCall = {
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Shape;
};
type Parts = { readonly apps: Apps; readonly webhooks: Webhooks };

export const APP_OPERATION_OF: Readonly<Record<AppOperationId, (parts: Parts, call: AppCall) => Answer>> = {
  'apps/create-installation-access-token': ({ apps }, call) => ({
    status: 201,
    body: apps.issue(Number(call.path.installation_id), call.body),
  }),
  /** Newest first; the cursor is the number below which the next page begins. */
  'apps/list-webhook-deliveries': ({ webhooks }, { query }) => {
    const { size } = pageOf(query);
    const below = Number(query.get('cursor') ?? Number.POSITIVE_INFINITY);
    const wanted = query.get('status');
    const found = webhooks
      .deliveries()
      .toReversed()
      .filter((delivery) => delivery.number < below)
      .filter((delivery) => wanted === null || (wanted === 'success') === isReceived(delivery));
    const page = found.slice(0, size);
    const next = found.length > size ? page.at(-1)?.number : undefined;
    return {
      status: 200,
      body: page.map(deliveryShape),
      ...(next !== undefined && { cursor: String(next) }),
    };
  },
  'apps/redeliver-webhook-delivery': ({ webhooks }, call) => {
    if (!webhooks.attemptAgain(Number(call.path.delivery_id))) throw notFound();
    return { status: 202, body: {} };
  },
};

function isReceived(delivery: Delivery): boolean {
  return delivery.status !== undefined && delivery.status < 300;
}

function deliveryShape(delivery: Delivery): Shape {
  const payload: unknown = JSON.parse(delivery.body);
  const action =
    typeof payload === 'object' && payload !== null && 'action' in payload ? payload.action : null;
  return {
    id: delivery.number,
    guid: delivery.id,
    delivered_at: githubTime(delivery.at),
    redelivery: delivery.redelivery,
    duration: 0.01,
    status: isReceived(delivery) ? 'OK' : 'failed to connect',
    status_code: delivery.status ?? 502,
    event: delivery.event,
    action: typeof action === 'string' ? action : null,
    installation_id: null,
    repository_id: null,
    throttled_at: null,
  };
}
