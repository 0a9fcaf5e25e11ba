import { exposeMetrics, PROMETHEUS_CONTENT_TYPE } from '../../shared/rollbacks/index.ts';
import { scraped } from '../runtime/scrape.ts';
import { store, work } from '../runtime/store.ts';

export const handler = scraped(PROMETHEUS_CONTENT_TYPE, () =>
  exposeMetrics({ store: store(), tallies: work() }),
);
