import * as z from 'zod';
import { allEntries, verifyOverApi } from '../cli/commands/ledger-verify.ts';
import type { World } from '../local/world.ts';
import { inChild } from './child.ts';
import { inFreshWorld } from './fresh-world.ts';
import { type Backlog, drainBacklog, tablesOf } from './ledger-backlog.ts';
import { measureCeilings } from './ledger-ceilings.ts';
import { type LedgerWatch, type Seen, watchLedger } from './ledger-watch.ts';
import { type Bench, held, type Measured, type Row, type Say, type Sweep } from './result.ts';
import { median, percentile, rounded } from './statistics.ts';

const SUBJECTS = 1500;
const REVISIONS = 5;
const AT_ONCE = 24;
const WARM_SUBJECTS = 100;
const BACKLOG = 50_000;

const Load = z.object({ startedAt: z.number(), endedAt: z.number(), latencies: z.array(z.number()) });
const Sealed = z.looseObject({ occurredAt: z.string() });

export const ledgerBench: Bench = {
  name: 'ledger',
  summary:
    'decide() with the DynamoDB adapter from a process of its own, the stream, the function that seals, the one that signs: until the last decision is in the chain, and under a checkpoint. Then a backlog that grew while nobody read the stream.',
  run: (say, sweep) => inFreshWorld(1, say, (world) => measure(world, say, sweep)),
};

async function measure(
  world: World,
  say: Say,
  { runs: backlogged = BACKLOG }: Sweep = {},
): Promise<Measured> {
  const ceilings = measureCeilings();
  const watch = await watchLedger(world);
  await load(world, 'warm', WARM_SUBJECTS);
  const before = WARM_SUBJECTS * REVISIONS;
  await watch.covered(before);
  const live = await measureLive(world, watch, before, say);
  const plan = {
    subjects: Math.ceil(backlogged / REVISIONS),
    revisions: REVISIONS,
    before: before + live.decisions,
  };
  const backlog = await drainBacklog(world, watch, plan, say);
  const total = plan.before + backlog.decisions;
  const verifiedFrom = performance.now();
  const call: World['api'] = (method, path, body) => world.api(method, path, body);
  const { verification, completeness } = await verifyOverApi(call, true);
  const verifySeconds = rounded((performance.now() - verifiedFrom) / 1000);
  return {
    rows: [
      ...backlogRows(backlog),
      ...live.rows,
      { measure: 'chain and Merkle root', value: verification.kind, unit: '' },
      { measure: 'complete', value: String(completeness?.complete ?? false), unit: '' },
      { measure: `reading and verifying ${total} entries`, value: verifySeconds, unit: 's' },
      ...ceilings,
    ],
    samples: live.samples,
    details: { backlog, checkpoints: watch.checkpoints },
    notes: [
      `Live: ${SUBJECTS} subjects of ${REVISIONS} decisions each, ${AT_ONCE} subjects at a time, after ${before} decisions of warm-up. Each decision is one transaction of three items; the events of each are published beside the sealing.`,
      'A decision is covered when a checkpoint of its size or more stands in the table that the API answers from, looked up each 100 ms; one is asked for when a tile is full, and else after 10 s.',
      `Backlog: the decisions are written while a fault holds both readers of the stream (the one that seals, the one that publishes events) before their first batch; counted from when they were let go. Written in ${rounded(backlog.writtenSeconds)} s.`,
    ],
  };
}

function backlogRows(backlog: Backlog): readonly Row[] {
  const { decisions, sealedSeconds, coveredSeconds, checkpoints } = backlog;
  return [
    held(
      {
        measure: `a backlog of ${decisions} decisions, drained`,
        ...{ value: rounded(decisions / sealedSeconds), unit: 'entries/s' },
      },
      { atLeast: 1_000 },
    ),
    { measure: 'until a checkpoint covered all of it', value: rounded(coveredSeconds), unit: 's' },
    { measure: 'checkpoints signed meanwhile', value: checkpoints, unit: '' },
  ];
}

/** As fast as decisions can be taken by a number of subjects at a time. */
async function measureLive(world: World, watch: LedgerWatch, before: number, say: Say) {
  const decisions = SUBJECTS * REVISIONS;
  const progress: Seen[] = [];
  const watching = watch.sealed(before + decisions, (size) => progress.push({ at: Date.now(), size }));
  const report = await load(world, 'bench', SUBJECTS);
  const allSealedAt = await watching;
  const written = (report.endedAt - report.startedAt) / 1000;
  const whole = (allSealedAt - report.startedAt) / 1000;
  say(`  ${decisions} decisions in ${written} s, sealed after ${whole} s`);
  await watch.covered(before + decisions);
  const covering = await delays(world, watch.checkpoints, before, before + decisions);
  const { latencies } = report;
  const rows: readonly Row[] = [
    held(
      { measure: 'decided, streamed and sealed', value: rounded(decisions / whole), unit: 'entries/s' },
      { atLeast: 400 },
    ),
    { measure: 'decisions taken', value: rounded(decisions / written), unit: '/s' },
    { measure: 'sealed after the last decision', value: rounded(whole - written), unit: 's' },
    { measure: 'from a decision to a checkpoint that covers it, p50', value: median(covering), unit: 's' },
    { measure: 'the same, p99', value: percentile(covering, 0.99), unit: 's' },
    { measure: 'one decision, p50', value: median(latencies), unit: 'ms' },
    { measure: 'one decision, p99', value: percentile(latencies, 0.99), unit: 'ms' },
  ];
  const samples = {
    decisionLatency: latencies,
    secondsToCheckpoint: covering,
    sealedSecondsAfterStart: progress.map(({ at }) => (at - report.startedAt) / 1000),
    sealedSize: progress.map(({ size }) => size),
  };
  return { decisions, rows, samples };
}

/** Seconds from each decision to the first checkpoint that covers its entry. */
async function delays(
  world: World,
  checkpoints: readonly Seen[],
  from: number,
  to: number,
): Promise<readonly number[]> {
  const call: World['api'] = (method, path, body) => world.api(method, path, body);
  const entries = (await allEntries(call, to)).slice(from);
  return entries.map((bytes, at) => {
    const seen = checkpoints.find(({ size }) => size > from + at);
    if (seen === undefined) throw new Error(`no checkpoint covers entry ${from + at}`);
    return rounded((seen.at - Date.parse(Sealed.parse(JSON.parse(bytes)).occurredAt)) / 1000);
  });
}

async function load(world: World, prefix: string, subjects: number): Promise<z.infer<typeof Load>> {
  const plan = { prefix, subjects, revisions: REVISIONS, atOnce: AT_ONCE };
  const input = { endpoint: world.cloud.aws, tables: tablesOf(world), ...plan };
  return Load.parse(await inChild(new URL('./ledger-load.ts', import.meta.url), input));
}
