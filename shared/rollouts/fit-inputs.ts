import type { Layout } from './condense-intervals.ts';
import { fitIntervals, type Look } from './fit-intervals.ts';
import { type AdvanceBakeInputs, type AdvanceBakeOutcome, advanceBake } from './rules/advance-bake.ts';
import { type AdvanceInputs, type AdvanceOutcome, advanceRollout } from './rules/advance-rollout.ts';

/** The inputs of a decision at a stage, with as much of its intervals as it has room for. */
export function fitLook(whole: AdvanceInputs, layout: Layout, outcome: AdvanceOutcome): AdvanceInputs {
  const look: Look<AdvanceInputs, AdvanceOutcome> = {
    inputs: (intervals, found) => ({ ...whole, intervals, ...(found !== undefined && { found }) }),
    decide: advanceRollout.decide,
    judged: ({ judge }) => judge,
    leads: ({ move, reason }) => `${move} ${reason}`,
  };
  return fitIntervals({ intervals: whole.intervals, layout }, look, outcome);
}

/** The inputs of a decision on a bake, with as much of the split as it has room for. */
export function fitSplit(
  whole: AdvanceBakeInputs,
  layout: Layout | undefined,
  outcome: AdvanceBakeOutcome,
): AdvanceBakeInputs {
  const { split } = whole;
  if (split == null || layout === undefined) return whole;
  const look: Look<AdvanceBakeInputs, AdvanceBakeOutcome> = {
    inputs: (intervals, found) => ({
      ...whole,
      split: { ...split, intervals, ...(found !== undefined && { found }) },
    }),
    decide: advanceBake.decide,
    judged: (decided) => decided.split?.judge,
    leads: ({ to, reason, split: judged }) => `${to} ${reason} ${judged?.raced}`,
  };
  return fitIntervals({ intervals: split.intervals, layout }, look, outcome);
}
