import * as z from 'zod';
import { verifyOverApi } from '../cli/commands/ledger-verify.ts';
import type { World } from '../local/world.ts';
import { inChild } from './child.ts';
import { inFreshWorld, tableNamed } from './fresh-world.ts';
import { type Bench, held, type Measured, type Say } from './result.ts';
import { median, percentile, rounded } from './statistics.ts';

const SUBJECTS = 1500;
const REVISIONS = 5;
const AT_ONCE = 24;
const WARM_SUBJECTS = 100;
const SEALED_WITHIN_MS = 120_000;
const POLL_MS = 100;

const Load = z.object({ startedAt: z.number(), endedAt: z.number(), latencies: z.array(z.number()) });

export const ledgerBench: Bench = {
  name: 'ledger',
  summary:
    'decide() with the DynamoDB adapter from a process of its own, the stream, the function that seals: until the last decision is in the chain.',
  run: (say) => inFreshWorld(1, say, (world) => measure(world, say)),
};

async function measure(world: World, say: Say): Promise<Measured> {
  await load(world, 'warm', WARM_SUBJECTS);
  await sealed(world, WARM_SUBJECTS * REVISIONS);
  const decisions = SUBJECTS * REVISIONS;
  const before = WARM_SUBJECTS * REVISIONS;
  const progress: { readonly at: number; readonly size: number }[] = [];
  const watching = sealed(world, before + decisions, (size) => progress.push({ at: Date.now(), size }));
  const report = await load(world, 'bench', SUBJECTS);
  const allSealedAt = await watching;
  const written = (report.endedAt - report.startedAt) / 1000;
  const whole = (allSealedAt - report.startedAt) / 1000;
  say(`  ${decisions} decisions in ${written} s, sealed after ${whole} s`);
  const verifiedFrom = performance.now();
  const verified = await verifyOverApi((method, path, body) => world.api(method, path, body), true);
  const verifySeconds = rounded((performance.now() - verifiedFrom) / 1000);
  const { verification, completeness } = verified;
  return {
    rows: [
      held(
        { measure: 'decided, streamed and sealed', value: rounded(decisions / whole), unit: 'entries/s' },
        { atLeast: 400 },
      ),
      { measure: 'decisions taken', value: rounded(decisions / written), unit: '/s' },
      { measure: 'sealed after the last decision', value: rounded(whole - written), unit: 's' },
      { measure: 'one decision, p50', value: median(report.latencies), unit: 'ms' },
      { measure: 'one decision, p99', value: percentile(report.latencies, 0.99), unit: 'ms' },
      { measure: 'chain and Merkle root', value: verification.kind, unit: '' },
      { measure: 'complete', value: String(completeness?.complete ?? false), unit: '' },
      { measure: `reading and verifying ${before + decisions} entries`, value: verifySeconds, unit: 's' },
    ],
    samples: {
      decisionLatency: report.latencies,
      sealedSecondsAfterStart: progress.map(({ at }) => (at - report.startedAt) / 1000),
      sealedSize: progress.map(({ size }) => size),
    },
    details: { decisions, written, whole },
    notes: [
      `${SUBJECTS} subjects of ${REVISIONS} decisions each, ${AT_ONCE} subjects at a time, after ${before} decisions of warm-up. Each decision is one transaction of three items; the events of each are published beside the sealing.`,
    ],
  };
}

async function load(world: World, prefix: string, subjects: number): Promise<z.infer<typeof Load>> {
  const { resources, aws } = world.cloud;
  const tables = {
    decisions: tableNamed(resources, 'Decisions'),
    payloads: tableNamed(resources, 'Payloads'),
    heads: tableNamed(resources, 'Heads'),
  };
  const plan = { endpoint: aws, tables, prefix, subjects, revisions: REVISIONS, atOnce: AT_ONCE };
  return Load.parse(await inChild(new URL('./ledger-load.ts', import.meta.url), plan));
}

/** When the ledger has reached a size; read from its head item, so that watching costs no function. */
async function sealed(world: World, size: number, seen?: (size: number) => void): Promise<number> {
  const TableName = tableNamed(world.cloud.resources, 'Ledger');
  const { ledgerId } = (await world.api('GET', '/v1/ledger/head')) as { readonly ledgerId: string };
  const input = { TableName, Key: { pk: { S: `HEAD#${ledgerId}` } }, ConsistentRead: true };
  const until = Date.now() + SEALED_WITHIN_MS;
  while (Date.now() < until) {
    const { Item } = (await world.cloud.call('dynamodb', 'GetItem', input)) as {
      readonly Item?: { readonly size: { readonly N: string } };
    };
    const found = Number(Item?.size.N ?? 0);
    seen?.(found);
    if (found >= size) return Date.now();
    await new Promise((next) => setTimeout(next, POLL_MS));
  }
  throw new Error(`the ledger did not reach ${size} entries`);
}
