import { githubTokens } from '../../shared/adapters/github/app-tokens.ts';
import type { Budget } from '../../shared/adapters/github/budget.ts';
import { githubForge } from '../../shared/adapters/github/github-forge.ts';
import { METRICS } from '../../shared/rollbacks/contract.ts';
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
    lowBudget: sayLowBudget,
  });
});

/** That few requests are left until GitHub sets its limit back: told once until then by each container. */
export function sayLowBudget(left: Budget): void {
  logger.warn('few requests are left at GitHub', left);
  meter().count(METRICS.budgetLow, { resource: left.resource });
}
