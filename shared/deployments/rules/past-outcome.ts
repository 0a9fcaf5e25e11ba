import type { PastOutcome } from './facts.ts';

/**
 * What an ended deployment tells about its change. Where the traffic ended does not say it: a degraded bake may only page
 * and so end as Completed, and a person ends a condemned change that nothing may take back as Aborted. Undefined where
 * nothing was found and nobody let it out whole: what a person ended, or nobody answered, says nothing of the change.
 */
export function pastOutcome(state: string, verdict: 'condemned' | undefined): PastOutcome | undefined {
  if (state === 'RolledBack') return 'rolled-back';
  if (verdict !== undefined) return 'failed';
  return state === 'Completed' ? 'succeeded' : undefined;
}
