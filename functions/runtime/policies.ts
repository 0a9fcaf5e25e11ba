import { readPolicies } from '../../shared/adapters/cedar/cedar-policies.ts';
import type { DecideDeps } from '../../shared/kernel/index.ts';
import type { ReadPolicies } from '../../shared/policies/index.ts';
import { once } from './environment.ts';
import { decideDeps } from './store.ts';

/** What putting policies needs. Its own file: Cedar is 4 MB, and nothing else needs it. */
export const policyDeps = once((): DecideDeps & { readonly readPolicies: ReadPolicies } => ({
  ...decideDeps(),
  readPolicies,
}));
