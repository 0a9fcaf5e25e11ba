import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { buildAssembly } from '../local/build.ts';
import { readTemplate } from '../local/cloud/template/template.ts';
import { type Counts, countsOf } from './cost-counts.ts';
import { countsOfDeployments } from './cost-deployment.ts';
import { PRICES, PRICES_OF, type Priced } from './prices.ts';
import { type Bench, type Measured, RESULTS, ROOT, type Row, type Say } from './result.ts';
import { median } from './statistics.ts';

const ENVIRONMENTS = ['staging', 'production'] as const;
/** Seconds that a function is taken to run where nothing was measured. */
const ASSUMED_SECONDS = 0.1;
const MIB = 1024;

const TimedRuns = z.object({
  details: z.object({
    runs: z.array(z.object({ states: z.array(z.object({ state: z.string(), milliseconds: z.number() })) })),
  }),
});

export const costBench: Bench = {
  name: 'cost',
  summary:
    'What one rollback and one good deployment of five stages cost on AWS, from their definitions: counted on the committed machines, times list prices.',
  run: measure,
};

type Bill = Readonly<Record<Priced, number>>;

async function measure(say: Say): Promise<Measured> {
  const memory = await memoryOf(say);
  const seconds = measuredSeconds();
  const bills = await Promise.all(
    ENVIRONMENTS.map(async (environment) => ({ environment, counts: await countsAlone(environment) })),
  );
  const rollbacks = bills.map((each) => ({ ...each, what: 'one rollback', by: 'the health watch' }));
  const deployments = countsOfDeployments().map((each) => ({
    ...each,
    ...{ what: 'one deployment of five stages', by: 'the judge' },
  }));
  const priced = [...rollbacks, ...deployments].map((each) => ({
    ...each,
    bill: billOf(each.counts, memory, seconds),
  }));
  return {
    rows: priced.flatMap(rowsOf),
    samples: {},
    details: { prices: PRICES, of: PRICES_OF, priced, memory: Object.fromEntries(memory) },
    notes: notes(seconds.size > 0),
  };
}

let before: Promise<unknown> = Promise.resolve();

/** One after the other: a run has the clock of the whole process. */
function countsAlone(environment: string): Promise<Counts> {
  const counts = before.then(() => countsOf(environment));
  before = counts;
  return counts;
}

function billOf(
  counts: Counts,
  memory: ReadonlyMap<string, number>,
  seconds: ReadonlyMap<string, number>,
): Bill {
  const { ran, watched, decisions, events, measuredBy } = counts;
  // behind each decision: sealed, published; behind each event of a rollback: measured
  const times = (name: string, length: number) => Array.from({ length }, () => ({ name, waited: 0 }));
  const behind = [
    ...times('SealDecisions', decisions),
    ...times('PublishEvents', decisions),
    ...(measuredBy === null ? [] : times(measuredBy, events)),
  ];
  const all = [...ran, ...watched, ...behind];
  const gigabytes = (name: string) => (memory.get(name) ?? largest(memory)) / MIB;
  const gigabyteSeconds = all.reduce(
    (sum, { name, waited }) => sum + gigabytes(name) * (waited + (seconds.get(name) ?? ASSUMED_SECONDS)),
    0,
  );
  return {
    'state transition (Standard workflow)': counts.transitions,
    'Lambda request': all.length,
    'Lambda GB-second (arm64)': gigabyteSeconds,
    'DynamoDB write request unit (on demand, 1 KB; a transaction takes two)': counts.writeUnits,
    'DynamoDB read request unit (on demand, 4 KB, consistent)': counts.readUnits,
    'EventBridge event': events,
    'CloudWatch metric asked for (GetMetricData)': counts.metricsAsked,
  };
}

const largest = (memory: ReadonlyMap<string, number>): number => Math.max(...memory.values());

type Case = {
  readonly environment: string;
  readonly what: string;
  readonly by: string;
  readonly counts: Counts;
  readonly bill: Bill;
};

function rowsOf({ environment, what, by, counts, bill }: Case): readonly Row[] {
  const about = `${environment}, ${what}`;
  const names = Object.keys(PRICES) as Priced[];
  const dollars = names.reduce((sum, name) => sum + bill[name] * PRICES[name], 0);
  const watching = counts.watched.reduce((sum, { waited }) => sum + waited, 0);
  return [
    { measure: about, value: dollars.toFixed(6), unit: 'USD' },
    ...names.map((name) => ({
      measure: `${about}: ${name}, at ${(PRICES[name] * 1e6).toFixed(3)} USD a million`,
      value: Math.round(bill[name] * 100) / 100,
      unit: `= ${(bill[name] * PRICES[name]).toFixed(6)} USD`,
    })),
    watching > 0
      ? { measure: `${about}: of it ${by} is awake`, value: Math.round(watching), unit: 's' }
      : { measure: `${about}: of it sweeps of ${by}`, value: counts.watched.length, unit: '' },
  ];
}

function notes(isMeasured: boolean): readonly string[] {
  return [
    `Prices: ${PRICES_OF}.`,
    'Counted from the attempt opening to its end, everything green: the states entered in the recorded history, the functions that ran, the calls of the store by size of what is written, the events of the decisions. Production: a person approves at once. A deployment: from the request to its end, both machines, up 1-5-25-50-100 % and through a bake of ten minutes, at so much traffic that it is certified at the earliest; the judge looks every minute, which it does anyway for all rollouts together.',
    `Memory from the synthesised template. Durations: ${isMeasured ? 'median of what `rollback-time` measured for a task on the local cloud' : 'none measured'}; ${ASSUMED_SECONDS} s for every other function; what a function waits inside (the health watch between two readings) in full.`,
    'Each decision is taken to be sealed and published alone, each event measured alone: batches make it less. Metrics: each statistic asked for counts as one, though CloudWatch counts up to five of one metric as one. Left out: logs, streams, S3, Secrets Manager, data transfer, and the sweep that runs every minute whether or not anything is wrong.',
  ];
}

/** MiB of each function of the synthesised template, by its construct's name. */
async function memoryOf(say: Say): Promise<ReadonlyMap<string, number>> {
  const { assembly } = await buildAssembly({ root: ROOT, log: say });
  const urls = { issuerUrl: 'http://127.0.0.1:1/issuer', apiUrl: 'http://127.0.0.1:1' };
  const { resources } = readTemplate({ folder: assembly, ...urls });
  const functions = resources.filter(({ type }) => type === 'AWS::Lambda::Function');
  return new Map(
    functions.map(({ path, properties }) => [
      path.split('/').at(-2) ?? path,
      Number(properties.MemorySize ?? 128),
    ]),
  );
}

/** Median seconds of each task, by its function, as the last `rollback-time` measured them; empty when there is none. */
function measuredSeconds(): ReadonlyMap<string, number> {
  const file = join(RESULTS, 'rollback-time.json');
  if (!existsSync(file)) return new Map();
  const read = TimedRuns.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!read.success) return new Map();
  const visits = read.data.details.runs.flatMap(({ states }) => states);
  const names = new Set(visits.map(({ state }) => state));
  return new Map([...names].map((name) => [functionOf(name), secondsOf(visits, name)]));
}

function secondsOf(visits: readonly { state: string; milliseconds: number }[], name: string): number {
  return median(visits.filter(({ state }) => state === name).map(({ milliseconds }) => milliseconds)) / 1000;
}

/** `Record CI` is the function RecordCi. */
const functionOf = (state: string): string =>
  state.replaceAll(
    /(\w)(\w*) ?/g,
    (_, first: string, rest: string) => first.toUpperCase() + rest.toLowerCase(),
  );
