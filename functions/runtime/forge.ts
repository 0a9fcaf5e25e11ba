import { githubTokens } from '../../shared/adapters/github/app-tokens.ts';
import { githubForge } from '../../shared/adapters/github/github-forge.ts';
import { once, required } from './environment.ts';
import { logger, meter } from './observe.ts';
import { githubSecret } from './secrets.ts';
import { clock } from './world.ts';

/** The code forge, by a token or as a GitHub App. */
export const forge = once(() => {
  const where = { baseUrl: required('FORGE_URL'), now: clock };
  return githubForge({
    ...where,
    token: githubTokens({ ...where, secret: githubSecret }),
    lowBudget: (left) => {
      logger.warn('few requests are left at GitHub', left);
      meter().count('forge_budget_low_total', { resource: left.resource });
    },
  });
});
