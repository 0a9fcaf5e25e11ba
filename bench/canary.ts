import { CASES } from './canary-cases.ts';
import { driftTable, watchDrift } from './canary-drift.ts';
import { type CaseResult, runCase, SEED } from './canary-run.ts';
import { groupTables, targetRows } from './canary-table.ts';
import type { Bench, Measured, Say, Sweep } from './result.ts';

export const canaryBench: Bench = {
  name: 'canary',
  summary:
    "Seeded releases judged every minute by the whole policy (judge and kill switch: the rule of production), and by the rules of today's tools on the same streams. Stages of 5, 10, 25 and 50 % for 10 minutes each, 40 looks; a healthy request fails with 0.5 %.",
  run: measure,
};

async function measure(say: Say, { runs }: Sweep = {}): Promise<Measured> {
  const before = process.cpuUsage();
  const bar = progress(
    CASES.reduce((sum, each) => sum + Math.min(each.runs, runs ?? each.runs), 0),
    say,
  );
  const drift = CASES.map(watchDrift);
  const results = drift.map(({ case: each, see }) => {
    const result = runCase(each, { runs, tick: bar.tick, see });
    bar.done(each.name);
    return result;
  });
  const seconds = Math.round(process.cpuUsage(before).user / 1e6);
  return {
    rows: targetRows(results),
    tables: [...groupTables(results), driftTable(drift)],
    samples: Object.fromEntries(results.map((each) => [keyOf(each), each.policy.minutes])),
    seed: SEED,
    details: results.map(detailsOf),
    notes: [
      ...NOTES,
      `${results.reduce((sum, each) => sum + each.runs, 0).toLocaleString('en')} runs, ${seconds} s of one core. Fewer: \`npm run bench -- canary --runs 500\`, which leaves this page alone.`,
    ],
  };
}

const NOTES = [
  "Rolled back: any automatic rollback in any minute, by the judge or by the kill switch; a certificate ends nothing here. At 99 %: one-sided Clopper-Pearson bounds, below and above. The power may be 3 points below the handbook's table, whose own runs (2,000 to 8,000) leave it open by about 2.",
  "E-process alone: the formula of the handbook written a second time, one metric, all of alpha: what its table was made with. The distance to Holdfast's column is the price of one alpha for everything that can roll back: 0.008 for the judge, 0.002 for the kill switch, and half of the judge's for each of failures and latency where both are watched (E >= 250 instead of 100). The handbook's rows of failures watch failures alone, and are held to its numbers in the first group; with latency watched beside them, as production does wherever quantiles can be read, the same failures are found less often (second group: x1.5 at 2,000/min, x3 at 200/min), and no target says otherwise.",
  'Latency: lognormal with median 10 ms and spread 0.98. The handbook names no distribution; with this one the e-process alone finds "all x1.2 slower" at 200/min as often as its table says. Thresholds at p75, p90, p99 and (kill switch) five times p99.',
  'Argo-style: error rate > 1 % in a minute, failureLimit 3. Flagger-style: the same check, threshold 5, cumulative, back at the next tick. z-test: one-sided 1 %, pooled, on all counts so far. Mann-Whitney as Kayenta: error rates of the minutes so far, at the end of each stage, 98 %, tolerance 0.25; first 300 runs. They watch failures alone.',
  'Slow canaries: p75 is watched beside p90 and p99, and shares the weight of p90 (ADR 0045). The column of the e-process alone is the table as it was made, with p90 and p99 alike. Without p75 "all x1.2 slower" at 200/min was found in 0.42 of the runs, and latency alone at 0.008 would find it in 0.51.',
  'Bursts divided by what the minutes show: in the first four minutes there is nothing to read the factor from, and without waiting 10 to 12 % of the healthy releases were rolled back, nine in ten of them there. So the judge rolls back from the 15th interval of the baseline on, and only the kill switch before. A factor frozen from the hour before (20 windows of three minutes, each metric its own, as production reads them) keeps the promise from the first minute; windows so few leave it open by a third, so that where there are bursts one standard error is added.',
  'What both arms suffer: beside a baseline the kill switch condemns only what is worse than it as well. Looking at the canary alone it rolled back every release of a service that fails 8 % in both arms.',
  'Mann-Whitney: where ties make the lower bound of the shift exactly 0 it is 0 here, and the metric passes. What a solver leaves beside 0 would be called High: 5 % of the healthy releases at 200/min.',
  'What drifts: a share of runs in which a monitor signalled at least once (median minute), first 2,000 runs, on the same streams. In a healthy row it is its rate of false alarms. EWMA and CUSUM of each measure, Mahalanobis of all three where latency is watched. They are shown as evidence and decide nothing (ADR 0044).',
  'Samples: rollbacks of Holdfast in each minute, from the first.',
];

function keyOf({ case: { group, name } }: CaseResult): string {
  return `${group}: ${name}`;
}

function detailsOf(result: CaseResult): unknown {
  const { case: found, runs, by, safe, others } = result;
  const { alpha, judgeAlpha, killAlpha, fano } = found.settings;
  return {
    case: keyOf(result),
    runs,
    by,
    safeMinutes: safe.minutes,
    others,
    settings: { alpha, judgeAlpha, killAlpha, fano },
  };
}

const WIDTH = 40;

/** A bar on a terminal, and a line for each case anywhere. */
function progress(
  total: number,
  say: Say,
): { readonly tick: () => void; readonly done: (name: string) => void } {
  let runs = 0;
  const text = () => {
    const full = Math.floor((runs / total) * WIDTH);
    return `[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${String(Math.floor((runs / total) * 100)).padStart(3)} %`;
  };
  return {
    tick: () => {
      runs += 1;
      if (process.stdout.isTTY && runs % 250 === 0) process.stdout.write(`\r  ${text()}`);
    },
    done: (name) => say(`${process.stdout.isTTY ? '\r' : ''}  ${text()}  ${name}`),
  };
}
