import { type KillPlace, PLACES } from './kills-places.ts';
import { type KeptSweeps, knownSteps } from './kills-record.ts';
import type { KillRun } from './kills-run.ts';
import { runsInOneWorld, type WorldReport } from './kills-world.ts';
import type { Say } from './result.ts';

/** How often the uncut runs of a place are made, until one takes the steps that earlier sweeps were cut at. */
const TRIES = 3;

/** The run of each place that nobody cut, and all that was run to have them. */
export type Uncut = { readonly whole: readonly KillRun[]; readonly reports: readonly WorldReport[] };

/**
 * Runs each place uncut. Throws an Error where all runs of a place only waited more often than the one of earlier
 * sweeps: what they cut, an hour and more, is not given up because the machine is loaded.
 */
export async function uncutRuns(kept: KeptSweeps, speed: number, say: Say): Promise<Uncut> {
  const reports: WorldReport[] = [];
  const found = () => {
    const runs = reports.flatMap((report) => report.runs);
    return PLACES.map((place) => wholeOf(runs, place, knownSteps(kept, place.name)));
  };
  const later = () =>
    found()
      .filter(({ target, steps }) => waitedMore(steps, knownSteps(kept, target.place.name)))
      .map(({ target }) => target.place);
  let places = PLACES;
  for (let tries = 0; tries < TRIES && places.length > 0; tries += 1) {
    const plan = places.flatMap((place) => Array.from({ length: place.uncut }, () => ({ place })));
    reports.push(await runsInOneWorld(plan, speed, say));
    places = later();
  }
  if (places.length === 0) return { whole: found(), reports };
  const names = places.map(({ name }) => name).join(' and ');
  throw new Error(
    `no uncut run took the steps of earlier sweeps in ${names}: sweep on a machine that is less loaded, or, if the flow has changed, remove bench/results/kills.json and begin anew`,
  );
}

/**
 * The run that the others of its place are compared with: one that took the steps that earlier sweeps were cut at, where
 * there is one; otherwise the shortest, because a wait that was woken too early is waited again. Throws an Error where
 * no run came to its end.
 */
export function wholeOf(
  runs: readonly KillRun[],
  { name }: Pick<KillPlace, 'name'>,
  known: readonly string[] | undefined,
): KillRun {
  const ended = runs
    .filter(({ target, end }) => target.place.name === name && end === 'RollbackComplete')
    .toSorted((one, other) => one.steps.length - other.steps.length);
  const found = ended.find(({ steps }) => JSON.stringify(steps) === JSON.stringify(known)) ?? ended[0];
  if (found === undefined) throw new Error(`no run of ${name} came to its end uncut`);
  return found;
}

/** Whether a run took all of the known steps in their order, and others between them. */
export function waitedMore(steps: readonly string[], known: readonly string[] | undefined): boolean {
  if (known === undefined || known.length >= steps.length) return false;
  let at = 0;
  for (const step of steps) if (step === known[at]) at += 1;
  return at === known.length;
}
