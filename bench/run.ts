import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { appendFaultsBench } from './append-faults.ts';
import { bundlesBench } from './bundles.ts';
import { canaryBench } from './canary.ts';
import { costBench } from './cost.ts';
import { decisionBench } from './decision.ts';
import { deploymentFaultsBench } from './deployment-faults.ts';
import { faultsBench } from './faults.ts';
import { intakeBench } from './intake.ts';
import { killsBench } from './kills.ts';
import { ledgerBench } from './ledger.ts';
import { ledgerProofsBench } from './ledger-proofs.ts';
import { type Bench, type Row, record, type Sweep } from './result.ts';
import { retrievalBench } from './retrieval.ts';
import { rollbackTimeBench } from './rollback-time.ts';
import { writeStudy } from './simulate-page.ts';
import { studyBench } from './simulate-study.ts';
import { simulationBench } from './simulation.ts';
import { synthBench } from './synth.ts';
import { tamperBench } from './tamper.ts';
import { writeRateBench } from './write-rate.ts';
import { writeTable } from './write-table.ts';

const BENCHES: readonly Bench[] = [
  bundlesBench,
  synthBench,
  writeRateBench,
  intakeBench,
  ledgerBench,
  ledgerProofsBench,
  rollbackTimeBench,
  faultsBench,
  deploymentFaultsBench,
  appendFaultsBench,
  killsBench,
  costBench,
  canaryBench,
  retrievalBench,
  decisionBench,
  simulationBench,
  studyBench,
  tamperBench,
];

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function text({ measure, value, unit, target, met }: Row): string {
  const verdict = met === true ? 'met' : 'MISSED';
  const aim = target === undefined ? '' : `   target ${target} ${unit}: ${verdict}`;
  return `  ${measure}: ${value} ${unit}${aim}`;
}

/** Runs the named benches, or all; a number that misses its target is reported and ends nothing. */
async function main(names: readonly string[], sweep: Sweep): Promise<void> {
  const unknown = names.filter((name) => !BENCHES.some((bench) => bench.name === name));
  for (const { name, summary } of BENCHES) say(`${name.padEnd(14)} ${summary}`);
  if (unknown.length > 0) {
    process.stderr.write(`there is no bench ${unknown.join(', ')}\n`);
    process.exitCode = 2;
    return;
  }
  for (const bench of BENCHES) {
    if (names.length > 0 && !names.includes(bench.name)) continue;
    say(
      `\n${bench.name}   load average ${loadavg()
        .map((load) => load.toFixed(2))
        .join(' ')}`,
    );
    // A quick run shows its rows and leaves the published ones alone.
    const { rows } = await (sweep.runs === undefined ? record(bench, say, sweep) : bench.run(say, sweep));
    for (const row of rows) say(text(row));
  }
  writeTable();
  writeStudy();
}

const NUMBER = { type: 'string' } as const;
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { from: NUMBER, to: NUMBER, every: NUMBER, minutes: NUMBER, runs: NUMBER },
});
await main(
  positionals,
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)])),
);
