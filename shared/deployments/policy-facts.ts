import { PolicyFacts } from '../policies/index.ts';
import type { Deployment } from './deployment.ts';

type Weighed = {
  readonly tier: number;
  readonly score: string;
  readonly band: PolicyFacts['band'] | undefined;
  readonly budget: PolicyFacts['budget'] | undefined;
};

/**
 * What policies may know of a deployment. A fact that is not what they ask for is left out, so that a policy which needs
 * it blocks and names it: passed on as it is, it would equal nothing and forbid nothing.
 */
export function policyFactsOf(
  { service, environment, data }: Pick<Deployment, 'service' | 'environment' | 'data'>,
  { tier, score, band, budget }: Weighed,
): PolicyFacts {
  const { author: _author, text: _text, ...change } = data.change ?? {};
  const facts = {
    ...{ service, environment, tier, score, change },
    ...(band !== undefined && { band }),
    ...(budget !== undefined && { budget }),
  };
  const read = PolicyFacts.safeParse(facts);
  if (read.success) return read.data;
  const bad = read.error.issues.map(({ path }) => path.slice(0, path[0] === 'change' ? 2 : 1).join('.'));
  const without = (fields: object, prefix = '') =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => !bad.includes(`${prefix}${name}`)));
  return PolicyFacts.parse({ ...without(facts), change: without(change, 'change.') });
}
