import type { Clock } from '../deployer/types.ts';

export type Labels = Readonly<Record<string, string>>;
export type Series = { readonly labels: Labels; readonly samples: readonly Sample[] };
type Sample = { readonly at: number; readonly value: number };

/** Counters that only grow, and what they stood at whenever they were scraped. */
export type Metrics = {
  readonly count: (name: string, labels: Labels, by?: number) => void;
  readonly scrape: () => void;
  readonly select: (name: string) => readonly Series[];
};

type Counter = { readonly labels: Labels; value: number; samples: Sample[] };

// Four series a revision move at once; 20,000 samples are 83 minutes of one that changes at every scrape.
const SAMPLES_KEPT = 20_000;
const SERIES_KEPT = 5_000;

/**
 * A sample is kept only when the value changed: between two samples a counter stood still, so that the series of a
 * revision that no longer runs costs nothing and can be asked about for as long as this process lives.
 */
export function metrics(now: Clock): Metrics {
  const counters = new Map<string, Map<string, Counter>>();
  let size = 0;
  return {
    count: (name, labels, by = 1) => {
      const named = counters.get(name) ?? new Map<string, Counter>();
      counters.set(name, named);
      const key = Object.values(labels).join('\u0000');
      const counter = named.get(key);
      if (counter !== undefined) counter.value += by;
      else if (size < SERIES_KEPT) {
        size += 1;
        named.set(key, { labels, value: by, samples: [] });
      }
    },
    scrape: () => {
      const at = now();
      for (const named of counters.values()) for (const counter of named.values()) sample(counter, at);
    },
    select: (name) => [...(counters.get(name)?.values() ?? [])],
  };
}

function sample(counter: Counter, at: number): void {
  if (counter.samples.at(-1)?.value === counter.value) return;
  counter.samples.push({ at, value: counter.value });
  // cut in blocks: a shift per sample would move the whole array every time
  if (counter.samples.length > SAMPLES_KEPT * 1.1) counter.samples = counter.samples.slice(-SAMPLES_KEPT);
}

/** What a counter stood at: its last sample at or before the time, 0 before its first. Binary search. */
export function valueAt(samples: readonly Sample[], at: number): number {
  let low = 0;
  let high = samples.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((samples[middle]?.at ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return samples[low - 1]?.value ?? 0;
}
