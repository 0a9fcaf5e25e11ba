import { rule } from '../../kernel/index.ts';
import type { HoldReason } from '../contract.ts';
import type { Missing } from '../missing-data.ts';
import { isMoved, type SeenWeight } from './advance-rollout.ts';
import { type BakeInputs, type BakeOutcome, judgeBake } from './judge-bake.ts';
import { condemnPromoted, judgeSplit, type Split, type SplitOutcome } from './judge-split.ts';
import { isOtherPlan } from './record-shift.ts';

export type AdvanceBakeInputs = BakeInputs & {
  /** It bakes, or it is held because nothing was measured while it did. */
  readonly held: boolean;
  readonly endsAt: string;
  readonly now: string;
  /** The plan has a bake at all. */
  readonly wanted: boolean;
  /** Its change cannot be undone by routing: it is never taken back by itself. */
  readonly irreversible: boolean;
  /** What the following say is absent in what an earlier release has decided. Null where nobody could read the split. */
  readonly split?: Split | null;
  /** What it is held for; null while it bakes. */
  readonly heldFor?: HoldReason | null;
  readonly killSwitch?: boolean;
  readonly waived?: readonly HoldReason[];
  /** How the traffic stands now; absent where nobody could read it. */
  readonly seenWeight?: SeenWeight;
  /** The digest of the stored plan; absent where it is the one that the rollout is pinned to. */
  readonly otherPlan?: string;
  /** The digest of the plan that a person has let pass; absent where nobody has. */
  readonly waivedPlan?: string;
  /** What could not be read; absent where all could, and in what an earlier release has decided. */
  readonly missing?: Missing;
};
export type AdvanceBakeOutcome = {
  readonly to: 'stay' | 'Baking' | 'Promoted' | 'Held' | 'RollingBack';
  readonly reason: HoldReason | null;
  readonly bake: BakeOutcome;
  /** What the judge says of the time before the promotion, as its last minutes have closed. */
  readonly split?: SplitOutcome;
};
type Led = Pick<AdvanceBakeOutcome, 'to' | 'reason'>;

const STAY: Led = { to: 'stay', reason: null };

/**
 * Where a bake leads now: on, to its end, to a person, or back. A verdict on the minutes of the split goes before
 * everything; then traffic that somebody else moved, of which the bake's counts say nothing. One that only pages ends the
 * rollout, and says so; one of which nothing could be measured or compared is held, never taken for a good one.
 */
export const advanceBake = rule('advance-bake', 1, (inputs: AdvanceBakeInputs): AdvanceBakeOutcome => {
  const { intervals, before, settings } = inputs;
  const bake = judgeBake.decide({ intervals, before, settings });
  if (inputs.split == null) return { ...leads(inputs, bake), bake };
  const split = judgeSplit(inputs.split);
  const condemned = split.judge.verdict === 'ROLLBACK';
  const led = condemned ? condemn(inputs, inputs.split, split.raced) : leads(inputs, bake);
  return { ...led, bake, split };
});

function condemn(inputs: AdvanceBakeInputs, { standing }: Split, raced: boolean): Led {
  const { settings, irreversible, killSwitch = false, heldFor = null } = inputs;
  return condemnPromoted({
    ...{ raced, choice: settings.choice, irreversible, killSwitch, heldFor },
    standing: standing !== null,
  });
}

function leads(inputs: AdvanceBakeInputs, bake: BakeOutcome): Led {
  const { heldFor = null, seenWeight, waived = [] } = inputs;
  // What it is held for otherwise, only a person ends.
  if (heldFor !== null && heldFor !== 'NO_DATA') return STAY;
  if (isOtherPlan(inputs)) return { to: 'Held', reason: 'PLAN_CHANGED' };
  if (isMoved(seenWeight) && !waived.includes('TRAFFIC_MOVED'))
    return { to: 'Held', reason: 'TRAFFIC_MOVED' };
  return bake.action === 'none' ? goesOn(inputs, bake) : degraded(inputs, bake);
}

function degraded({ irreversible }: AdvanceBakeInputs, { action }: BakeOutcome): Led {
  if (action === 'page') return { to: 'Promoted', reason: null };
  const back = action === 'rollback' && !irreversible;
  return back ? { to: 'RollingBack', reason: null } : { to: 'Held', reason: 'BAKE_DEGRADED' };
}

function goesOn({ held, endsAt, now, wanted, split }: AdvanceBakeInputs, bake: BakeOutcome): Led {
  const [measured, judged] = [bake.verdict === 'QUIET', split !== null];
  if (held) return { to: measured && judged ? 'Baking' : 'stay', reason: null };
  if (now < endsAt) return STAY;
  return judged && (measured || !wanted)
    ? { to: 'Promoted', reason: null }
    : { to: 'Held', reason: 'NO_DATA' };
}
