import { githubTokens } from '../../shared/adapters/github/app-tokens.ts';
import { githubForge } from '../../shared/adapters/github/github-forge.ts';
import { Fault } from '../../shared/kernel/index.ts';
import { once, required } from './environment.ts';
import { logger, meter } from './observe.ts';
import { integrationSecrets } from './secrets.ts';
import { clock } from './world.ts';

/** The newest value under `github`: a token, or the JSON of an app. */
async function secret(): Promise<string> {
  const [newest] = await integrationSecrets()('github');
  if (newest === undefined) throw new Fault('PermissionDenied', 'no token is set for github');
  return newest;
}

/** The code forge, by a token or as a GitHub App. */
export const forge = once(() => {
  const where = { baseUrl: required('FORGE_URL'), now: clock };
  return githubForge({
    ...where,
    token: githubTokens({ ...where, secret }),
    lowBudget: (left) => {
      logger.warn('few requests are left at GitHub', left);
      meter().count('forge_budget_low_total', { resource: left.resource });
    },
  });
});
