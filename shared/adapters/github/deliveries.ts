import * as z from 'zod';
import { Fault } from '../../kernel/fault.ts';
import { isoTime, millis } from '../../kernel/time.ts';
import type { Deliveries, WebhookDelivery } from '../../ports/deliveries.ts';
import { appJwt, readCredentials } from './app-credentials.ts';
import { type Answer, connect, type GithubOptions, parse } from './connection.ts';

const Item = z.looseObject({
  id: z.int().positive(),
  guid: z.string().min(1),
  event: z.string(),
  delivered_at: z.iso.datetime({ offset: true }),
  status_code: z.int(),
});

const PAGE = 100;
const MOST_PAGES = 30;

type DeliveriesOptions = Omit<GithubOptions, 'token' | 'lowBudget'> & {
  /** What stands in the secret under `github`. */
  readonly secret: () => Promise<string>;
};

/** The deliveries of a GitHub App's webhook. With a plain token there are none to list. */
export function githubDeliveries(options: DeliveriesOptions): Deliveries {
  const connection = connect({
    ...options,
    token: async () => {
      const credentials = readCredentials(await options.secret());
      if (typeof credentials !== 'string') return appJwt(credentials, options.now());
      throw new Fault('PermissionDenied', 'only a GitHub App may ask for its deliveries');
    },
  });
  const page = (cursor: string | undefined): Promise<Answer> =>
    connection.call({
      route: 'GET /app/hook/deliveries',
      parameters: { per_page: PAGE, ...(cursor !== undefined && { cursor }) },
    });
  return {
    list: async (since) => {
      if (typeof readCredentials(await options.secret()) === 'string') return undefined;
      const found: WebhookDelivery[] = [];
      let cursor: string | undefined;
      for (let pages = 0; pages < MOST_PAGES; pages += 1) {
        const answer = await page(cursor);
        const items = parse(z.array(Item), answer.data, 'deliveries').map(deliveryOf);
        const young = items.filter(({ deliveredAt }) => millis(deliveredAt) >= millis(since));
        found.push(...young);
        cursor = cursorIn(answer.link);
        if (cursor === undefined || young.length < items.length) return found;
      }
      // the newest of an hour with more than 3,000: what is older waits for nobody any more
      return found;
    },
    redeliver: async (id) => {
      await connection.call({
        route: 'POST /app/hook/deliveries/{delivery_id}/attempts',
        parameters: { delivery_id: id },
      });
    },
  };
}

function deliveryOf(item: z.infer<typeof Item>): WebhookDelivery {
  return {
    id: item.id,
    guid: item.guid,
    event: item.event,
    deliveredAt: isoTime(millis(item.delivered_at)),
    received: item.status_code >= 200 && item.status_code < 300,
  };
}

/** The cursor alone: the address that an answer names is never followed. */
function cursorIn(link: string | undefined): string | undefined {
  const address = /<([^>]+)>;\s*rel="next"/.exec(link ?? '')?.[1];
  const cursor = address === undefined ? null : (URL.parse(address)?.searchParams.get('cursor') ?? null);
  return cursor ?? undefined;
}
