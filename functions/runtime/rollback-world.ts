import { argocdHealth } from '../../shared/adapters/argocd/argocd-health.ts';
import { dynamoCoverage } from '../../shared/adapters/aws/dynamodb-coverage.ts';
import { prometheusHistory } from '../../shared/adapters/prometheus/prometheus-history.ts';
import { yamlManifest } from '../../shared/adapters/yaml/splice-scalar.ts';
import { Fault } from '../../shared/kernel/index.ts';
import type { WorldDeps } from '../../shared/rollbacks/index.ts';
import { once, optional, required } from './environment.ts';
import { forge } from './forge.ts';
import { meter } from './observe.ts';
import { rollbackDeps } from './rollbacks.ts';
import { integrationSecrets, token } from './secrets.ts';
import { tables } from './tables.ts';
import { timed } from './timed-port.ts';
import { clock } from './world.ts';

/** Everything that rollbacks read and change outside: the forge, the delivery system, the metrics. */
export const worldDeps = once(
  (): WorldDeps => ({
    ...rollbackDeps(),
    forge: timed('forge', forge(), timing()),
    health: timed(
      'delivery',
      configured('ARGOCD_URL', (baseUrl) => argocdHealth({ baseUrl, token: token('argocd'), now: clock }), {
        read: unset,
        deployments: unset,
      }),
      timing(),
    ),
    history: timed(
      'metrics',
      prometheusHistory({
        baseUrl: required('PROMETHEUS_URL'),
        token: async () => (await integrationSecrets()('prometheus'))[0],
        now: clock,
      }),
      timing(),
    ),
    manifest: yamlManifest,
    coverage: coverage(),
    pause: (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)),
  }),
);

/** Only the tasks that lead to a merge may look into the ledger; no other asks. */
function coverage(): WorldDeps['coverage'] {
  const table = optional('LEDGER_TABLE', '');
  const unread = () => Promise.reject(new Fault('Unavailable', 'this function may not read the ledger'));
  return table === ''
    ? { covers: unread }
    : dynamoCoverage({ client: tables(), table, ledgerId: required('LEDGER_ID') });
}

/** Every call of another system is measured. */
function timing() {
  return { clock, meter: meter() };
}

/** A system whose address is a parameter that may be left empty. */
function configured<Port>(variable: string, connect: (baseUrl: string) => Port, otherwise: Port): Port {
  const address = optional(variable, '');
  return address === '' ? otherwise : connect(address);
}

/** Without a delivery system nothing can be read, so nothing is decided. Without metrics nothing was measured (I5). */
async function unset(): Promise<never> {
  throw new Fault('Unavailable', 'no delivery system is configured: set the parameter ArgocdUrl');
}
