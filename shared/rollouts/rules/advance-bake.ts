import { rule } from '../../kernel/index.ts';
import { type BakeInputs, type BakeOutcome, judgeBake } from './judge-bake.ts';

export type AdvanceBakeInputs = BakeInputs & {
  /** It bakes, or it is held because nothing was measured while it did. */
  readonly held: boolean;
  readonly endsAt: string;
  readonly now: string;
  /** The plan has a bake at all. */
  readonly wanted: boolean;
  /** Its change cannot be undone by routing: it is never taken back by itself. */
  readonly irreversible: boolean;
};
export type AdvanceBakeOutcome = {
  readonly to: 'stay' | 'Baking' | 'Promoted' | 'Held' | 'RollingBack';
  readonly reason: 'BAKE_DEGRADED' | 'NO_DATA' | null;
  readonly bake: BakeOutcome;
};
type Led = Omit<AdvanceBakeOutcome, 'bake'>;

/**
 * Where a bake leads now: on, to its end, to a person, or back. One that only pages ends the rollout, and says so; one of
 * which nothing could be measured or compared is held, never taken for a good one.
 */
export const advanceBake = rule('advance-bake', 1, (inputs: AdvanceBakeInputs): AdvanceBakeOutcome => {
  const { held: _held, endsAt: _endsAt, now: _now, wanted: _wanted, irreversible: _, ...judged } = inputs;
  const bake = judgeBake.decide(judged);
  return { ...leads(inputs, bake), bake };
});

function leads({ held, endsAt, now, wanted, irreversible }: AdvanceBakeInputs, bake: BakeOutcome): Led {
  if (bake.action === 'page') return { to: 'Promoted', reason: null };
  if (bake.action !== 'none') {
    const back = bake.action === 'rollback' && !irreversible;
    return back ? { to: 'RollingBack', reason: null } : { to: 'Held', reason: 'BAKE_DEGRADED' };
  }
  const measured = bake.verdict === 'QUIET';
  if (held) return { to: measured ? 'Baking' : 'stay', reason: null };
  if (now < endsAt) return { to: 'stay', reason: null };
  return measured || !wanted ? { to: 'Promoted', reason: null } : { to: 'Held', reason: 'NO_DATA' };
}
