/** Runs seeds of the fault campaign in a process of its own: one virtual clock is the clock of a whole process. */
import { campaignRun } from '../test/campaign/run.ts';

const { from, to }: { readonly from: number; readonly to: number } = JSON.parse(process.argv[2] ?? '{}');

const outcomes: unknown[] = [];
for (let seed = from; seed <= to; seed += 1) {
  const { log, ...outcome } = await campaignRun(seed);
  outcomes.push(outcome.violations.length === 0 ? outcome : { ...outcome, log });
}
process.stdout.write(`${JSON.stringify(outcomes)}\n`);
