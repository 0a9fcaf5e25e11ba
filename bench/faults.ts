import * as z from 'zod';
import { inChild } from './child.ts';
import type { Bench, Measured, Row, Say } from './result.ts';

const FIRST_SEED = 10_001;
const RUNS = 2000;
const CHUNK = 50;
const PROCESSES = 2;

const Outcome = z.object({
  seed: z.number(),
  place: z.string(),
  ends: z.array(z.string()),
  violations: z.array(z.string()),
  faults: z.record(z.string(), z.number()),
  acts: z.number(),
  decisions: z.number(),
  effects: z.number(),
  merges: z.number(),
  checkpoints: z.object({ merged: z.number(), awaited: z.number(), overdue: z.number() }),
  alerts: z.object({ stored: z.number(), opened: z.number() }),
  virtualSeconds: z.number(),
  log: z.array(z.string()).optional(),
});
type Outcome = z.infer<typeof Outcome>;

export const faultsBench: Bench = {
  name: 'faults',
  summary:
    'Runs of the whole rollback flow under seeded faults, in virtual time: the committed state machine on the durable interpreter, the use cases, a store and a forge in memory that count every effect. Each is checked on its sealed ledger and at the forge.',
  run: measure,
};

async function measure(say: Say): Promise<Measured> {
  const startedAt = performance.now();
  const outcomes = await allOutcomes(say);
  const failed = outcomes.filter(({ violations }) => violations.length > 0);
  for (const { seed, violations } of failed)
    say(`  CAMPAIGN_SEED=${seed} npx vitest run test/campaign   ${violations.join('; ')}`);
  return {
    rows: rowsOf(outcomes, failed.length),
    samples: { decisions: outcomes.map(({ decisions }) => decisions) },
    seed: FIRST_SEED,
    details: {
      faults: summed(outcomes, ({ faults }) => faults),
      ends: summed(outcomes, ({ ends }) => counted(ends)),
      places: summed(outcomes, ({ place }) => ({ [place]: 1 })),
      failed,
    },
    notes: [
      `Seeds ${FIRST_SEED} to ${FIRST_SEED + RUNS - 1}, ${Math.round((performance.now() - startedAt) / 1000)} s on ${PROCESSES} processes; one of them again: \`CAMPAIGN_SEED=${FIRST_SEED} npx vitest run test/campaign\`.`,
      `Faults injected: ${listed(summed(outcomes, ({ faults }) => faults))}.`,
      `Ends of the attempts: ${listed(summed(outcomes, ({ ends }) => counted(ends)))}. No attempt: the fault came before the degradation was seen, or the kill switch was on.`,
      `Runs by environment and autonomy: ${listed(summed(outcomes, ({ place }) => ({ [place]: 1 })))}.`,
      'Checked after each run: the chain and its completeness; every decision under its commitment and recomputed to the same bytes; only rows of the transition table; no production merge without an approval sealed before it; no merge that awaits a checkpoint before one covers the decision that allows it; no merge whose evaluation has an invariant failed or unread that no approval names; every alert routed, and one attempt for an episode however often and in which order it is told; at most one open pull request per service and environment; nothing done twice at the forge; every attempt ended, its slot, its quota and its approvals given back; no state left more than 600 s after its deadline; every workflow ended, under 5,000 events.',
    ],
  };
}

function rowsOf(outcomes: readonly Outcome[], failed: number): readonly Row[] {
  const total = (of: (outcome: Outcome) => number) => outcomes.reduce((sum, each) => sum + of(each), 0);
  const faults = total((each) => Object.values(each.faults).reduce((sum, count) => sum + count, 0));
  return [
    { measure: 'runs', value: outcomes.length, unit: '', target: '>= 2000', met: outcomes.length >= 2000 },
    { measure: 'runs that broke a promise', value: failed, unit: '', target: '0', met: failed === 0 },
    { measure: 'faults injected', value: faults, unit: '' },
    { measure: 'acts of people and of the world', value: total(({ acts }) => acts), unit: '' },
    { measure: 'attempts', value: total(({ ends }) => ends.length), unit: '' },
    { measure: 'alerts stored, repeats not counted', value: total(({ alerts }) => alerts.stored), unit: '' },
    { measure: 'decisions sealed and checked', value: total(({ decisions }) => decisions), unit: '' },
    { measure: 'effects at the forge', value: total(({ effects }) => effects), unit: '' },
    { measure: 'merges by Holdfast', value: total(({ merges }) => merges), unit: '' },
    {
      ...{ measure: 'of them where a checkpoint had to cover the decision', unit: '' },
      value: total(({ checkpoints }) => checkpoints.merged),
    },
    {
      ...{ measure: 'merges that awaited their checkpoint', unit: '' },
      value: total(({ checkpoints }) => checkpoints.awaited),
    },
    {
      ...{ measure: 'of them given to a person because none came in time', unit: '' },
      value: total(({ checkpoints }) => checkpoints.overdue),
    },
    {
      measure: 'virtual time',
      value: Math.round(total(({ virtualSeconds }) => virtualSeconds) / 3600),
      unit: 'h',
    },
  ];
}

/** Chunks of seeds, one process for each, two at a time. */
async function allOutcomes(say: Say): Promise<readonly Outcome[]> {
  const starts = Array.from({ length: RUNS / CHUNK }, (_, index) => FIRST_SEED + index * CHUNK);
  const outcomes: Outcome[] = [];
  const work = async (): Promise<void> => {
    for (let from = starts.shift(); from !== undefined; from = starts.shift()) {
      const plan = { from, to: from + CHUNK - 1 };
      const found = z.array(Outcome).parse(await inChild(new URL('./faults-load.ts', import.meta.url), plan));
      outcomes.push(...found);
      const bad = found.filter(({ violations }) => violations.length > 0).map(({ seed }) => seed);
      say(`  seeds ${from} to ${plan.to}: ${bad.length === 0 ? 'held' : `BROKEN ${bad.join(', ')}`}`);
    }
  };
  await Promise.all(Array.from({ length: PROCESSES }, work));
  return outcomes.toSorted((a, b) => a.seed - b.seed);
}

type Counts = Readonly<Record<string, number>>;

function summed(outcomes: readonly Outcome[], of: (outcome: Outcome) => Counts): Counts {
  const sums = new Map<string, number>();
  for (const outcome of outcomes)
    for (const [name, count] of Object.entries(of(outcome))) sums.set(name, (sums.get(name) ?? 0) + count);
  return Object.fromEntries([...sums].toSorted((a, b) => b[1] - a[1]));
}

function counted(names: readonly string[]): Counts {
  const sums = new Map<string, number>();
  for (const name of names) sums.set(name, (sums.get(name) ?? 0) + 1);
  return Object.fromEntries(sums);
}

const listed = (counts: Counts): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
