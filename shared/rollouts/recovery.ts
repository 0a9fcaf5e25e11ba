import type { Decision } from '../kernel/index.ts';
import type { Interval } from './judge-contract.ts';
import type { Rollout } from './rollout.ts';
import { type AdvanceBakeInputs, advanceBake } from './rules/advance-bake.ts';
import { type AdvanceInputs, type AdvanceOutcome, advanceRollout } from './rules/advance-rollout.ts';
import { type Recovery, recoveryMeasures } from './rules/recovery-measures.ts';

/**
 * How quickly this rollout was found worse, answered and taken back, and what it cost, as far as its decisions recorded it:
 * what was measured after the last of them is not in it.
 */
export function recoveryOf(
  { data: { times } }: Rollout,
  decisions: readonly Decision[],
): Recovery & { readonly text: string } {
  const measures = recoveryMeasures({
    started: times.started ?? null,
    zero: times.zero ?? null,
    steps: decisions.map((decision) => ({
      ...{ at: decision.at, to: decision.to },
      byPerson: decision.actor.type === 'person',
      condemns: condemns(decision),
    })),
    intervals: decisions.map(intervalsIn).findLast(({ length }) => length > 0) ?? [],
  });
  return { ...measures, text: textOf(measures) };
}

/** Under a kill switch a verdict only holds: the event does not say it then, the outcome does. */
function condemns({ event, rule, outcome }: Decision): boolean {
  if (event === 'CanaryCondemned' || event === 'BakeCondemned') return true;
  return rule.name === advanceRollout.name && (outcome as AdvanceOutcome).judge.verdict === 'ROLLBACK';
}

/** As these rules recorded them: each look has all intervals until then. */
function intervalsIn({ rule, inputs }: Decision): readonly Interval[] {
  if (rule.name === advanceRollout.name) return (inputs as AdvanceInputs).intervals;
  return rule.name === advanceBake.name ? ((inputs as AdvanceBakeInputs).split?.intervals ?? []) : [];
}

function textOf(measures: Recovery): string {
  const { timeToDetect, timeToAcknowledge, timeToMitigate, timeToRecover, depth, area } = measures;
  const times = [
    [timeToDetect, 'from its first traffic to the verdict'],
    [timeToAcknowledge, 'from the question to its answer'],
    [timeToMitigate, 'from the verdict to no traffic'],
    [timeToRecover, 'from its first traffic to none'],
  ].flatMap(([seconds, what]) => (seconds === null ? [] : [`${seconds} s ${what}`]));
  const loss =
    depth === null || area === null
      ? []
      : [
          `at most ${percent(depth)} more of its requests failed in one interval than beside it`,
          `${Number(area).toFixed(1)} failures more than beside it in all`,
        ];
  return [...times, ...loss].join('; ');
}

function percent(share: string): string {
  return `${(Number(share) * 100).toFixed(2)} %`;
}
