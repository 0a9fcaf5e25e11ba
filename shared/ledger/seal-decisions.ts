import { classify, type DecisionRecord, special, type Via } from './classify.ts';
import { type Pending, type SealDeps, type SealResult, sealCandidates } from './seal-candidates.ts';

export type { SealDeps, SealResult } from './seal-candidates.ts';

/**
 * Seals records of the decisions table in their order. Each becomes one entry, or is already one, however often it is
 * delivered, and by however many. A sound decision under a key that is sealed with another commitment becomes a
 * `ledger.conflict`; a special entry's id is its content: sealed is sealed. Never throws: see `failed`.
 */
export async function sealDecisions<R extends DecisionRecord>(
  deps: SealDeps,
  records: readonly R[],
  via: Via = 'stream',
): Promise<SealResult<R>> {
  const made = { now: deps.clock(), random: deps.random, via };
  const pending = records.map((record): Pending<R> => {
    const candidate = classify(record, made);
    if (candidate.payload !== undefined) return { record, candidate };
    const { rev } = candidate.unsealed;
    const conflict = (before: string) =>
      special(
        'ledger.conflict',
        record,
        { ...made, now: deps.clock() },
        `revision ${rev} is sealed with the commitment ${before}`,
      );
    return { record, candidate, conflict };
  });
  return await sealCandidates(deps, pending);
}
