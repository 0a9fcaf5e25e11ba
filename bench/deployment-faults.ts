import * as z from 'zod';
import { inChild } from './child.ts';
import type { Bench, Measured, Row, Say, Sweep } from './result.ts';

const FIRST_SEED = 20_001;
const RUNS = 500;
const CHUNK = 25;
const PROCESSES = 2;

const Outcome = z.object({
  seed: z.number(),
  ends: z.array(z.string()),
  violations: z.array(z.string()),
  faults: z.array(z.string()),
  decisions: z.number(),
  moves: z.number(),
});
type Outcome = z.infer<typeof Outcome>;

export const deploymentFaultsBench: Bench = {
  name: 'deployment-faults',
  summary:
    'Runs of a governed deployment and its rollout under seeded faults, in virtual time: both committed state machines on the durable interpreter, the use cases, a store and a split function in memory; people pause, promote, abort and answer, and somebody else moves the alias.',
  run: measure,
};

async function measure(say: Say, { runs = RUNS }: Sweep = {}): Promise<Measured> {
  const startedAt = performance.now();
  const outcomes = await allOutcomes(say, runs);
  const broken = outcomes.filter(({ violations }) => violations.length > 0);
  for (const { seed, violations } of broken) say(`  ${againOf(seed)}   ${violations.join('; ')}`);
  const faults = kindsOf(outcomes);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  return {
    rows: rowsOf(outcomes, broken.length),
    samples: {},
    seed: FIRST_SEED,
    details: { faults, broken },
    notes: [
      `Seeds ${FIRST_SEED} to ${FIRST_SEED + runs - 1}, ${seconds} s on ${PROCESSES} processes; one of them again: \`${againOf(FIRST_SEED)}\`.`,
      `Faults injected, and acts of people and of the world: ${listed(faults)}.`,
      `Ends: ${listed(counted(outcomes.flatMap(({ ends }) => ends.map(shortEnd))))}.`,
      'Checked after each run: only rows of both tables of transitions; every decision under its commitment, at most 64 KB, and recomputed to the same bytes; no move up after a verdict to roll back; no promotion without a certificate, an approval or a person; no traffic for what was not cleared; nothing moved twice; the canary at 0 % where it was rolled back; everything ended, slot and approvals given back.',
    ],
  };
}

function rowsOf(outcomes: readonly Outcome[], broken: number): readonly Row[] {
  const total = (of: (outcome: Outcome) => number) => outcomes.reduce((sum, each) => sum + of(each), 0);
  const acts = total(({ faults }) => faults.filter(isAct).length);
  return [
    {
      measure: 'runs',
      value: outcomes.length,
      ...{ unit: '', target: `>= ${RUNS}`, met: outcomes.length >= RUNS },
    },
    { measure: 'runs that broke a promise', value: broken, unit: '', target: '0', met: broken === 0 },
    { measure: 'faults injected', value: total(({ faults }) => faults.length) - acts, unit: '' },
    { measure: 'acts of people and of the world', value: acts, unit: '' },
    {
      measure: 'rollouts',
      value: total(({ ends }) => ends.filter((end) => end.startsWith('rollout')).length),
      unit: '',
    },
    { measure: 'decisions checked', value: total(({ decisions }) => decisions), unit: '' },
    { measure: 'moves of traffic', value: total(({ moves }) => moves), unit: '' },
  ];
}

/** Chunks of seeds, one process for each, two at a time. */
async function allOutcomes(say: Say, runs: number): Promise<readonly Outcome[]> {
  const end = FIRST_SEED + runs;
  const starts = Array.from({ length: Math.ceil(runs / CHUNK) }, (_, index) => FIRST_SEED + index * CHUNK);
  const outcomes: Outcome[] = [];
  const script = new URL('./deployment-faults-load.ts', import.meta.url);
  const work = async (): Promise<void> => {
    for (let from = starts.shift(); from !== undefined; from = starts.shift()) {
      const plan = { from, to: Math.min(from + CHUNK, end) - 1 };
      const found = z.array(Outcome).parse(await inChild(script, plan));
      outcomes.push(...found);
      const bad = found.filter(({ violations }) => violations.length > 0).map(({ seed }) => seed);
      say(`  seeds ${from} to ${plan.to}: ${bad.length === 0 ? 'held' : `BROKEN ${bad.join(', ')}`}`);
    }
  };
  await Promise.all(Array.from({ length: PROCESSES }, work));
  return outcomes.toSorted((a, b) => a.seed - b.seed);
}

const againOf = (seed: number): string =>
  `DEPLOYMENTS_SEED=${seed} npx vitest run test/shared/deployments/campaign`;
/** A fault reads "12s kill-before store.write", an act "40s act approve". */
const isAct = (fault: string): boolean => fault.split(' ')[1] === 'act';

function kindsOf(outcomes: readonly Outcome[]): Readonly<Record<string, number>> {
  const names = outcomes.flatMap(({ faults }) => faults.map((fault) => fault.split(' ')));
  return counted(
    names.map(([, kind = '', what = '']) => (kind === 'act' ? `a person or the world: ${what}` : kind)),
  );
}

/** `rollout {"kind":"Aborted","reason":"FROZEN"}` is rollout Aborted(FROZEN). */
function shortEnd(end: string): string {
  const [name = '', ...rest] = end.split(' ');
  const { kind, reason } = z
    .looseObject({ kind: z.string(), reason: z.string().optional() })
    .parse(JSON.parse(rest.join(' ')));
  return `${name} ${kind}${reason === undefined ? '' : `(${reason})`}`;
}

function counted(names: readonly string[]): Readonly<Record<string, number>> {
  const sums = new Map<string, number>();
  for (const name of names) sums.set(name, (sums.get(name) ?? 0) + 1);
  return Object.fromEntries([...sums].toSorted((a, b) => b[1] - a[1]));
}

const listed = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
