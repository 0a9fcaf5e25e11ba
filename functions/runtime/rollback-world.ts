import { argocdHealth } from '../../shared/adapters/argocd/argocd-health.ts';
import { githubForge } from '../../shared/adapters/github/github-forge.ts';
import { prometheusHistory } from '../../shared/adapters/prometheus/prometheus-history.ts';
import { yamlManifest } from '../../shared/adapters/yaml/splice-scalar.ts';
import { Fault } from '../../shared/kernel/index.ts';
import type { WorldDeps } from '../../shared/rollbacks/index.ts';
import { once, required } from './environment.ts';
import { rollbackDeps } from './rollbacks.ts';
import { integrationSecrets } from './secrets.ts';
import { clock } from './world.ts';

/** Everything that rollbacks read and change outside: the forge, the delivery system, the metrics. */
export const worldDeps = once(
  (): WorldDeps => ({
    ...rollbackDeps(),
    forge: githubForge({ baseUrl: required('FORGE_URL'), token: token('github'), now: clock }),
    health: argocdHealth({ baseUrl: required('ARGOCD_URL'), token: token('argocd'), now: clock }),
    history: prometheusHistory({
      baseUrl: required('PROMETHEUS_URL'),
      token: async () => (await integrationSecrets()('prometheus'))[0],
      now: clock,
    }),
    manifest: yamlManifest,
    pause: (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)),
  }),
);

/** The newest token of a system. Throws Fault('PermissionDenied') when none is set: an empty one would be refused anyway. */
function token(system: string): () => Promise<string> {
  return async () => {
    const [newest] = await integrationSecrets()(system);
    if (newest === undefined) throw new Fault('PermissionDenied', `no token is set for ${system}`);
    return newest;
  };
}
