import { githubDeliveries } from '../../shared/adapters/github/deliveries.ts';
import { failuresCounted } from '../../shared/rollbacks/contract.ts';
import { SIGNAL_METRICS } from '../../shared/signals/contract.ts';
import { type Redelivered, redeliverMissed } from '../../shared/signals/index.ts';
import { once, required } from './environment.ts';
import { logger, meter } from './observe.ts';
import { integrationSecrets } from './secrets.ts';
import { clock } from './world.ts';

const deliveries = once(() =>
  githubDeliveries({
    baseUrl: required('FORGE_URL'),
    now: clock,
    // before anybody has set a secret there is no app either
    secret: async () => (await integrationSecrets()('github'))[0] ?? '',
  }),
);

/** Without a GitHub App there is nothing to sweep, which is said once in a container's life. */
const sayUnlisted = once(() =>
  logger.info('missed deliveries are not looked for: the secret of GitHub holds no GitHub App'),
);

export async function sweepDeliveries(): Promise<Redelivered> {
  const swept = await failuresCounted(meter(), 'deliveries', () =>
    redeliverMissed({ deliveries: deliveries(), clock }),
  );
  if (swept.kind === 'unlisted') sayUnlisted();
  else if (swept.missed > 0) {
    logger.warn('webhooks were missed and are delivered again', swept);
    meter().count(SIGNAL_METRICS.missed);
  }
  return swept;
}
