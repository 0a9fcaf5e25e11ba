import type { OutsideCall } from './outside-calls.ts';
import type { Run } from './rollback-time.ts';
import { median, rounded } from './statistics.ts';

/** A line per task state: how long it took, what it asked whom, and how long the answers took. Medians over the runs. */
export function perState(runs: readonly Run[]): readonly string[] {
  const states = [...new Set(runs.flatMap(({ visits }) => visits.map(({ state }) => state)))];
  return states.filter((state) => !state.startsWith('Await ')).map((state) => lineOf(runs, state));
}

function lineOf(runs: readonly Run[], state: string): string {
  const visits = runs.flatMap(({ visits, calls }) =>
    visits
      .filter((visit) => visit.state === state)
      .map((visit) => ({ ...visit, calls: callsIn(calls, visit, state) })),
  );
  const took = rounded(median(visits.map(({ from, to }) => to - from)));
  const counts = (['aws', 'forge', 'argocd', 'prometheus'] as const).flatMap((system) => {
    const own = visits.map(({ calls }) => calls.filter((call) => call.system === system));
    const number = median(own.map(({ length }) => length));
    if (number === 0) return [];
    const waited = median(own.map((calls) => calls.reduce((sum, call) => sum + call.milliseconds, 0)));
    return [`${number} x ${system} (${waited} ms)`];
  });
  return `${state}: ${took} ms, ${visits.length / runs.length} a run; calls ${counts.join(', ')}`;
}

/** Calls of the state's own function; a call of an outside system names nobody, so it counts by its time alone. */
export function callsIn(
  calls: readonly OutsideCall[],
  visit: { readonly from: number; readonly to: number },
  state: string,
): readonly OutsideCall[] {
  const role = `${state.replaceAll(' ', '').toLowerCase()}role`;
  return calls.filter(
    ({ at, system, by }) =>
      at >= visit.from && at <= visit.to && (system !== 'aws' || by.toLowerCase() === role),
  );
}
