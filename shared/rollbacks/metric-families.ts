import { METRICS, OPEN_STATES, type RollbackStateName } from './contract.ts';
import type { Family, Histogram, Labels, Sample } from './prometheus-text.ts';
import {
  seriesKey,
  TALLIED_COUNTERS,
  TALLIED_TIMES,
  type TalliedCounter,
  type TalliedTime,
  UNKNOWN,
} from './tally-rollbacks.ts';

/** A service in an environment: what was counted, and the states in which attempts of it stand now. */
export type Place = {
  readonly service: string;
  readonly environment: string;
  readonly amounts: Readonly<Record<string, number>>;
  readonly open: readonly RollbackStateName[];
};

const HELP: Readonly<Record<string, string>> = {
  [METRICS.detected]: 'Attempts that were opened.',
  [METRICS.proposed]: 'Pull requests of rollbacks that were opened, or could not be (success="false").',
  [METRICS.merged]: 'Rollbacks that were merged; auto="true" without a person.',
  [METRICS.aborted]: 'Attempts that were aborted.',
  [METRICS.violations]: 'Failures of an invariant at a step of an attempt.',
  [METRICS.recovered]: 'Attempts after whose merge the service was Healthy.',
  [METRICS.paged]: 'Pages that went out because nobody had answered.',
  [METRICS.timeToDetect]: 'From when it began to its confirmation.',
  [METRICS.timeToMitigate]: 'From detection to the merge.',
  [METRICS.candidateSearch]: 'Searches that found a revision to go back to.',
  [METRICS.timeToRecover]: 'From detection until the service was Healthy again.',
};

/** Everything that is exposed about some places: counters from 0, histograms once there is something in them, gauges. */
export function metricFamilies(places: readonly Place[]): readonly Family[] {
  return [
    ...TALLIED_COUNTERS.map((counter: TalliedCounter): Family => {
      const samples = places.flatMap((place) => counterSamples(counter, place));
      return { name: counter.name, help: HELP[counter.name] ?? '', type: 'counter', samples };
    }),
    ...TALLIED_TIMES.map(({ name, bounds }): Family => {
      const histograms = places.flatMap((place) => histogramsOf({ name, bounds }, place));
      return { name, help: HELP[name] ?? '', type: 'histogram', bounds, histograms };
    }),
    {
      name: METRICS.state,
      help: 'Open attempts by state, where there are any.',
      type: 'gauge',
      samples: places.flatMap(stateSamples),
    },
    {
      name: METRICS.active,
      help: 'Open attempts.',
      type: 'gauge',
      samples: places.map((place) => ({ labels: labelsOf(place), value: place.open.length })),
    },
  ];
}

/** How many series a place makes. */
export function seriesOf(place: Place): number {
  const lines = metricFamilies([place]).map((family) =>
    // beside the bounds: +Inf, the sum and the count
    family.type === 'histogram'
      ? family.histograms.length * (family.bounds.length + 3)
      : family.samples.length,
  );
  return lines.reduce((sum, each) => sum + each, 0);
}

function counterSamples(counter: TalliedCounter, place: Place): readonly Sample[] {
  const { name, label, values = [] } = counter;
  const labels = labelsOf(place);
  const amount = (value?: string) => place.amounts[seriesKey.counter(name, value)] ?? 0;
  if (label === undefined) return [{ labels, value: amount() }];
  const shown = amount(UNKNOWN) > 0 ? [...values, UNKNOWN] : values;
  return shown.map((value) => ({ labels: { ...labels, [label]: value }, value: amount(value) }));
}

function histogramsOf({ name, bounds }: TalliedTime, place: Place): readonly Histogram[] {
  const all = [...bounds, Number.POSITIVE_INFINITY];
  const counts = all.map((bound) => place.amounts[seriesKey.bucket(name, bound)] ?? 0);
  if (counts.every((count) => count === 0)) return [];
  return [{ labels: labelsOf(place), counts, sum: place.amounts[seriesKey.sum(name)] ?? 0 }];
}

/** All states of a place where something is open, so that one it has left is seen to be empty. */
function stateSamples(place: Place): readonly Sample[] {
  if (place.open.length === 0) return [];
  return OPEN_STATES.map((state) => ({
    labels: { ...labelsOf(place), state },
    value: place.open.filter((each) => each === state).length,
  }));
}

function labelsOf({ service, environment }: Place): Labels {
  return { service, environment };
}
