import type { KillPlace } from './kills-places.ts';
import type { KillRun } from './kills-run.ts';
import { cutsOf } from './kills-steps.ts';
import type { Planned } from './kills-world.ts';
import type { Sweep } from './result.ts';

const MERGE = 'Merge rollback pull request: ';

/**
 * The stored steps that are cut, from the first to the last, both included: all of them, and where a checkpoint is
 * awaited those from the call that finds the decision uncovered until the merge is stored.
 */
export function cutSteps(
  { awaitCheckpoint }: Pick<KillPlace, 'awaitCheckpoint'>,
  steps: readonly string[],
): readonly [first: number, last: number] {
  if (awaitCheckpoint !== true) return [0, steps.length - 1];
  const [first, last] = [steps.indexOf(`${MERGE}calling`), steps.lastIndexOf(`${MERGE}leaving`)];
  if (first < 0 || first > last) throw new Error('the run has not merged');
  return [first, last];
}

/** Before and after each stored step that is cut, place after place. */
export function pointsOf(whole: readonly KillRun[]): readonly Required<Planned>[] {
  return whole.flatMap(({ target: { place }, steps }) => {
    const [first, last] = cutSteps(place, steps);
    return cutsOf(steps.length - 1)
      .filter(({ step }) => step >= first && step <= last)
      .map((cut) => ({ place, cut }));
  });
}

/** The points from the `from`-th to the `to`-th, every `every`-th of them; those far apart first, so that a part is spread. */
export function planOf(
  whole: readonly KillRun[],
  { from = 1, to, every = 1 }: Sweep,
): readonly Required<Planned>[] {
  const chosen = pointsOf(whole)
    .slice(from - 1, to)
    .filter((_, index) => index % every === 0);
  const STRIDE = 16;
  return Array.from({ length: STRIDE }, (_, offset) =>
    chosen.filter((_point, index) => index % STRIDE === (offset * 7) % STRIDE),
  ).flat();
}
