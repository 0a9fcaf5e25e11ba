import { driftMonitors, type Monitor } from '../shared/rollouts/rules/drift-monitors.ts';
import type { Case } from './canary-case.ts';
import { intervalsOf } from './canary-policy.ts';
import { hits, medianMinute, share, type Tally } from './canary-run.ts';
import type { Minute } from './canary-traffic.ts';
import type { Table } from './result.ts';

/** They take a third of a millisecond a run: so many runs show what they do. */
const RUNS = 2000;
const MONITORS: Readonly<Record<Monitor, string>> = {
  ewma: 'EWMA',
  cusum: 'CUSUM',
  mahalanobis: 'Mahalanobis',
};

/** In which minute each monitor signalled first, over the first runs of a case. */
export type DriftSeen = {
  readonly case: Case;
  readonly tallies: Readonly<Record<Monitor | 'any', Tally>>;
  readonly see: (minutes: readonly Minute[]) => void;
};

/** Watches the very streams that the rules of a case judge. */
export function watchDrift(found: Case): DriftSeen {
  const tally = (): Tally => ({ runs: 0, minutes: found.traffic.weights.map(() => 0) });
  const tallies = { ewma: tally(), cusum: tally(), mahalanobis: tally(), any: tally() };
  const { thresholds } = found.settings.latency;
  return {
    case: found,
    tallies,
    see: (minutes) => {
      if (tallies.any.runs >= RUNS) return;
      const first = firstSignals(minutes, found.thresholds, thresholds);
      for (const monitor of [...first.keys(), 'any'] as const) {
        const minute = monitor === 'any' ? Math.min(...first.values()) : first.get(monitor);
        const each = tallies[monitor];
        each.runs += 1;
        if (minute !== undefined && Number.isFinite(minute))
          each.minutes[minute - 1] = (each.minutes[minute - 1] ?? 0) + 1;
      }
    },
  };
}

/** The minute of the first signal of each monitor that watches, over its measures; infinite for none. */
function firstSignals(
  minutes: readonly Minute[],
  counted: readonly number[],
  thresholds: readonly number[],
): ReadonlyMap<Monitor, number> {
  const first = new Map<Monitor, number>();
  for (const { monitor, firstAt } of driftMonitors(intervalsOf(minutes, counted), thresholds)) {
    const minute = firstAt === null ? Number.POSITIVE_INFINITY : Number(firstAt);
    first.set(monitor, Math.min(minute, first.get(monitor) ?? Number.POSITIVE_INFINITY));
  }
  return first;
}

/** How often each monitor signals at least once in a canary: of healthy ones, its false alarms. */
export function driftTable(seen: readonly DriftSeen[]): Table {
  return {
    title: 'What drifts: evidence that decides nothing, and how often it signals',
    head: ['case', 'in truth', 'runs', ...Object.values(MONITORS), 'any of them'],
    lines: seen
      .filter(({ tallies }) => tallies.any.runs > 0)
      .map(({ case: { group, name, truth }, tallies }) => [
        `${group}: ${name}`,
        truth,
        tallies.any.runs.toLocaleString('en'),
        ...[tallies.ewma, tallies.cusum, tallies.mahalanobis, tallies.any].map(shareText),
      ]),
  };
}

function shareText(tally: Tally): string {
  if (tally.runs === 0) return '';
  const minute = medianMinute(tally);
  return `${Number(share(tally).toFixed(4))}${hits(tally) === 0 || minute === undefined ? '' : ` (${minute})`}`;
}
