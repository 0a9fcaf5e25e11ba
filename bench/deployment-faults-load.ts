/** Runs seeds of the campaign of deployments in a process of its own: one virtual clock is the clock of a whole process. */
import { campaignRun } from '../test/shared/deployments/campaign/run.ts';

const { from, to }: { readonly from: number; readonly to: number } = JSON.parse(process.argv[2] ?? '{}');

const outcomes: unknown[] = [];
for (let seed = from; seed <= to; seed += 1) outcomes.push(await campaignRun(seed));
process.stdout.write(`${JSON.stringify(outcomes)}\n`);
