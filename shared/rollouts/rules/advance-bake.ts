import { rule } from '../../kernel/index.ts';
import { type BakeInputs, type BakeOutcome, judgeBake } from './judge-bake.ts';

export type AdvanceBakeInputs = BakeInputs & { readonly endsAt: string; readonly now: string };
export type AdvanceBakeOutcome = {
  readonly to: 'Baking' | 'Promoted' | 'Held' | 'RollingBack';
  readonly bake: BakeOutcome;
};

/** Where a bake leads now: on, to its end, to a person, or back. One that only pages ends the rollout, and says so. */
export const advanceBake = rule('advance-bake', 1, (inputs: AdvanceBakeInputs): AdvanceBakeOutcome => {
  const { endsAt, now, ...judged } = inputs;
  const bake = judgeBake.decide(judged);
  if (bake.action === 'rollback') return { to: 'RollingBack', bake };
  if (bake.action === 'hold') return { to: 'Held', bake };
  if (bake.action === 'page') return { to: 'Promoted', bake };
  return { to: now >= endsAt ? 'Promoted' : 'Baking', bake };
});
