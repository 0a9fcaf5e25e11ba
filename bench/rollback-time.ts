import { join } from 'node:path';
import * as z from 'zod';
import { attemptOf, decisionsOf, follow, type Rollback } from '../local/scenarios/attempt.ts';
import { deploy, deployAndMeasure, healthyOn, prepareService } from '../local/scenarios/prepare.ts';
import type { World } from '../local/world.ts';
import { inFreshWorld } from './fresh-world.ts';
import { type OutsideCall, watchCalls } from './outside-calls.ts';
import { type Bench, held, type Measured, type Say } from './result.ts';
import { rowsOf, type Spans, spansOf } from './rollback-spans.ts';
import { callsIn, perState } from './rollback-steps.ts';
import { median, percentile, rounded } from './statistics.ts';
import { type Visit, visitsOf } from './workflow-history.ts';

/** The first is cold and counts apart. */
const RUNS = 51;
/** Runs whose calls are kept one by one. */
const DETAILED = 10;
/** A repository takes at most five merges an hour. */
const RUNS_PER_REPOSITORY = 5;
/** Of the skeleton, the release before people came in: it may be a fifth more. */
const SKELETON_MS = 862;
const SPEED = 10;
const QUIET = { note: () => {}, step: () => {} };

/** One rollback as it was: milliseconds, its task states, and the calls that were made meanwhile. */
export type Run = {
  readonly toPullRequest: number;
  readonly controlPlane: number;
  readonly spans: Spans;
  readonly visits: readonly Visit[];
  readonly calls: readonly OutsideCall[];
};

const CandidateInputs = z.object({
  confirmation: z.object({ readings: z.array(z.looseObject({ observedAt: z.string() })) }),
});

export const rollbackTimeBench: Bench = {
  name: 'rollback-time',
  summary:
    'Rollbacks in staging, one after the other, each of a fresh service: what Holdfast itself takes, its waits left out.',
  run: (say) =>
    inFreshWorld(
      SPEED,
      say,
      (world, calls) => measure(world, say, calls),
      join(import.meta.dirname, 'watch-cloud.ts'),
    ),
};

async function measure(world: World, say: Say, callsFile: string): Promise<Measured> {
  const calls = watchCalls(world, callsFile);
  const runs: Run[] = [];
  for (let number = 1; number <= RUNS; number += 1) {
    const run = await rollBack(world, number, calls);
    runs.push(run);
    say(
      `  run ${number}: pull request after ${run.toPullRequest} ms, control plane ${rounded(run.controlPlane)} ms`,
    );
  }
  const [cold, ...warm] = runs;
  const of = (value: (run: Run) => number): readonly number[] => warm.map((run) => rounded(value(run)));
  const opening = of((run) => run.toPullRequest);
  const whole = of((run) => run.controlPlane);
  return {
    rows: [
      held(
        { measure: 'third bad reading to pull request opened, p50', value: median(opening), unit: 'ms' },
        { below: 500 },
      ),
      {
        measure: 'third bad reading to pull request opened, p90',
        value: percentile(opening, 0.9),
        unit: 'ms',
      },
      { measure: 'the same, cold (first run)', value: cold?.toPullRequest ?? 0, unit: 'ms' },
      held(
        { measure: 'whole flow, waits out, p50', value: median(whole), unit: 'ms' },
        { below: Math.round(SKELETON_MS * 1.2) },
      ),
      { measure: 'whole flow, waits out, p90', value: percentile(whole, 0.9), unit: 'ms' },
      { measure: 'the same, cold (first run)', value: rounded(cold?.controlPlane ?? 0), unit: 'ms' },
      ...rowsOf(
        'pull request',
        warm.map(({ spans }) => spans.toPullRequest),
      ),
      ...rowsOf(
        'recovery',
        warm.map(({ spans }) => spans.toRecovery),
      ),
    ],
    samples: {
      opening: runs.map((run) => run.toPullRequest),
      whole: runs.map((run) => rounded(run.controlPlane)),
      signalToPullRequest: runs.map(({ spans }) => rounded(spans.toPullRequest.whole)),
      signalToRecovery: runs.map(({ spans }) => rounded(spans.toRecovery.whole)),
    },
    details: { forgeRequests: world.sandbox.forge.requests(), runs: runs.slice(0, DETAILED).map(ownCalls) },
    notes: [
      `${RUNS} runs at speed ${SPEED}; the first is cold, the medians are of the other ${RUNS - 1}. The time-outs of real calls are not scaled.`,
      `Target of the whole flow: the skeleton's ${SKELETON_MS} ms and a fifth. Recovery contains the deployer's rollout and 6 s of health.`,
      ...perState(warm),
    ],
  };
}

/** The staging journey of one service, up to its end. Throws when it does not end as RollbackComplete. */
async function rollBack(world: World, number: number, calls: () => readonly OutsideCall[]): Promise<Run> {
  const service = `bench${number}`;
  const gitops = `acme/gitops-bench${Math.ceil(number / RUNS_PER_REPOSITORY)}`;
  await prepareService(world, service, 'auto', { gitops });
  const stable = await deployAndMeasure(world, service, 'good', 'Round the total to cents');
  const from = calls().length;
  await deploy(world, service, 'crashing', 'Join replica 0 at the start');
  const { id } = await attemptOf(world, service);
  const ended = await follow(world, id, QUIET);
  if (ended.state.kind !== 'RollbackComplete') throw new Error(`${service} ended as ${ended.state.kind}`);
  await healthyOn(world, service, stable);
  const visits = await visitsOf(world, id);
  const worked = visits.filter(({ state }) => !state.startsWith('Await '));
  // its replicas would be in the way of the next run
  await world.sandbox.deployer.scale(`${service}-staging`, 0);
  return {
    spans: await spansOf(world, ended, visits),
    toPullRequest: await toPullRequest(world, ended),
    controlPlane: worked.reduce((sum, visit) => sum + visit.to - visit.from, 0),
    visits,
    calls: calls().slice(from),
  };
}

/** Milliseconds from the last reading that confirmed the degradation to the decision that the pull request is open. */
async function toPullRequest(world: World, rollback: Rollback): Promise<number> {
  const decisions = await decisionsOf(world, rollback.id);
  const resolved = decisions.find(({ event }) => event === 'CandidateResolved');
  const { confirmation } = CandidateInputs.parse(resolved?.inputs);
  const last = confirmation.readings.at(-1)?.observedAt ?? '';
  return Date.parse(rollback.times.pullRequest ?? '') - Date.parse(last);
}

/** A run as it is kept: each state with the calls of its own function, ms after the state was entered. */
function ownCalls({ visits, calls, ...times }: Run): unknown {
  const worked = visits.filter(({ state }) => !state.startsWith('Await '));
  return {
    ...times,
    states: worked.map((visit) => ({
      state: visit.state,
      milliseconds: Math.round(visit.to - visit.from),
      calls: callsIn(calls, visit, visit.state).map(
        ({ at, system, what, milliseconds }) =>
          `+${Math.round(at - visit.from)} ${system} ${what}: ${milliseconds} ms`,
      ),
    })),
  };
}
