import type { Interval } from '../judge-contract.ts';

/** How many intervals lack an arm that nobody measured, as they came: none added up. One may lack both. */
export type Gaps = {
  readonly intervals: number;
  readonly baseline: number;
  readonly canary: number;
  /** Both arms were measured, and one of them had no request. */
  readonly idle: number;
};
/** The same of the present stage, or of its latest minutes. `absent`: not compared because an arm was not measured. */
export type StageGaps = { readonly since: string; readonly intervals: number; readonly absent: number };
type ArmName = 'canary' | 'baseline';

/**
 * An arm with fewer requests an interval than these may well have had none in another, and a platform that counts only calls
 * has no arm then: with 3 that is so in 5 of 100 intervals.
 */
const SPARSE = 3;

/** Undefined where no interval lacks an arm. */
export function gapsIn(intervals: readonly Interval[]): Gaps | undefined {
  const lacks = (arm: ArmName) => intervals.filter((each) => each[arm] === undefined).length;
  const [baseline, canary] = [lacks('baseline'), lacks('canary')];
  if (baseline + canary === 0) return undefined;
  const idle = intervals.filter((each) => each.canary?.requests === 0 || each.baseline?.requests === 0);
  const measured = idle.filter((each) => each.canary !== undefined && each.baseline !== undefined);
  return { intervals: intervals.length, baseline, canary, idle: measured.length };
}

/** Undefined where none lacks an arm but one that is called so rarely that it may have had no request. */
export function stageGapsIn(intervals: readonly Interval[]): StageGaps | undefined {
  const [first] = intervals;
  const sparse = { canary: isSparse(intervals, 'canary'), baseline: isSparse(intervals, 'baseline') };
  const isAbsent = ({ canary, baseline }: Interval) =>
    canary === undefined
      ? baseline === undefined || !sparse.canary
      : baseline === undefined && !sparse.baseline;
  const absent = intervals.filter(isAbsent).length;
  if (first === undefined || absent === 0) return undefined;
  return { since: first.at, intervals: intervals.length, absent };
}

function isSparse(intervals: readonly Interval[], arm: ArmName): boolean {
  const known = intervals.flatMap((each) => each[arm]?.requests ?? []);
  return known.length > 0 && known.reduce((sum, each) => sum + each, 0) < SPARSE * known.length;
}

/** Whether what was compared is less than what nobody measured. */
export function isMostlyAbsent(gaps: StageGaps | undefined): gaps is StageGaps {
  return gaps !== undefined && gaps.absent * 2 > gaps.intervals;
}

export function gapsText({ intervals, baseline, canary, idle }: Gaps): string {
  const lacks = `${baseline} of ${intervals} interval(s) lack the baseline, ${canary} the canary: nobody measured it there`;
  return idle === 0 ? lacks : `${lacks}; in ${idle} an arm was measured and had no request`;
}

export function stageGapsText({ since, intervals, absent }: StageGaps): string {
  return `${absent} of ${intervals} interval(s) since ${since} lack an arm that nobody measured`;
}
