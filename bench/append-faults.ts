import { type AppendOutcome, appendRun } from '../test/campaign/append-run.ts';
import type { Bench, Measured, Say, Sweep } from './result.ts';
import { median } from './statistics.ts';

const FIRST_SEED = 100_001;
const RUNS = 10_000;

export const appendFaultsBench: Bench = {
  name: 'append-faults',
  summary:
    'The append path of the ledger under seeded faults: two to eight writers over one chain in memory, the shards of a stream delivered again and again, calls that fail before or after they took effect, writers that die in a call, clocks ten minutes apart, records that are no decision. Each chain is checked as a whole.',
  run: measure,
};

async function measure(say: Say, { runs = RUNS }: Sweep = {}): Promise<Measured> {
  const startedAt = performance.now();
  const outcomes: AppendOutcome[] = [];
  for (let seed = FIRST_SEED; seed < FIRST_SEED + runs; seed += 1) {
    const outcome = await appendRun(seed);
    outcomes.push(outcome);
    if (outcome.violations.length > 0) say(`  APPEND_SEED=${seed}: ${outcome.violations.join('; ')}`);
    if (outcomes.length % 1000 === 0) say(`  ${outcomes.length} runs`);
  }
  const broken = outcomes.filter(({ violations }) => violations.length > 0);
  const faults = new Map<string, number>();
  for (const [name, count] of outcomes.flatMap((each) => Object.entries(each.faults)))
    faults.set(name, (faults.get(name) ?? 0) + count);
  const sum = (values: Iterable<number>) => [...values].reduce((all, value) => all + value, 0);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  return {
    rows: [
      { measure: 'runs', value: runs, unit: '', target: `>= ${RUNS}`, met: runs >= RUNS },
      {
        measure: 'runs with a gap, a double, a loss, another order within a subject or an unsound chain',
        ...{ value: broken.length, unit: '', target: '0', met: broken.length === 0 },
      },
      { measure: 'faults injected', value: sum(faults.values()), unit: '' },
      { measure: 'entries sealed and checked', value: sum(outcomes.map(({ entries }) => entries)), unit: '' },
      {
        measure: 'writers of a run, median',
        value: median(outcomes.map(({ writers }) => writers)),
        unit: '',
      },
    ],
    samples: {},
    seed: FIRST_SEED,
    details: { faults: Object.fromEntries(faults), broken },
    notes: [
      `Seeds ${FIRST_SEED} to ${FIRST_SEED + runs - 1}, ${seconds} s; one of them again: \`APPEND_SEED=${FIRST_SEED} npx vitest run test/campaign/append\`.`,
      `Faults injected: ${[...faults].map(([name, count]) => `${name} ${count}`).join(', ')}.`,
      'Checked after each run: the whole chain against its head; every revision of every subject once, in order, under the commitment that came first; one entry, and no more, for each record that is no sound new decision.',
    ],
  };
}
