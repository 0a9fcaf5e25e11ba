import { isFault, isoTime, millis } from '../kernel/index.ts';
import type { IntervalCounts, MetricsTarget } from '../ports/metrics.ts';
import { readAutonomy } from '../services/index.ts';
import { advanceMove } from './advance-move.ts';
import { condemnedBy } from './block-list.ts';
import { METRICS } from './contract.ts';
import type { Interval } from './judge-contract.ts';
import type { JudgeDeps, Judgement } from './ports.ts';
import { type Rollout, rolloutOf, stageIndex } from './rollout.ts';
import { type AdvanceInputs, advanceRollout } from './rules/advance-rollout.ts';
import { rawGuards } from './rules/raw-guards.ts';
import { takeStep, wakeRollout } from './take-step.ts';
import { EXPOSED } from './transitions.ts';
import { watchBake } from './watch-bake.ts';

/**
 * One sweep of the judge: every rollout whose canary takes traffic is judged over all its intervals. A look that changes
 * nothing is evidence; one that does is a decision, and wakes the workflow. One rollout's failure does not end the sweep.
 */
export async function judgeRollouts(deps: JudgeDeps): Promise<{ readonly judged: number }> {
  const open = (await Promise.all(EXPOSED.map((state) => rolloutsIn(deps, state)))).flat();
  for (const rollout of open) {
    try {
      await judgeOne(deps, rollout);
      deps.meter.count(METRICS.judged);
    } catch (thrown) {
      // Somebody else moved it, or an entry cannot be read: the next sweep looks again, and the deadline stands.
      if (!isFault(thrown)) throw thrown;
      deps.meter.count(METRICS.judgeErrors, { service: rollout.service, code: thrown.name });
    }
  }
  return { judged: open.length };
}

async function rolloutsIn(deps: JudgeDeps, state: string): Promise<readonly Rollout[]> {
  const found: Rollout[] = [];
  let cursor: string | undefined;
  do {
    const page = await deps.store.heads({ kind: 'rollout', state, ...(cursor !== undefined && { cursor }) });
    found.push(...page.items.map(rolloutOf));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}

async function judgeOne(deps: JudgeDeps, rollout: Rollout): Promise<void> {
  if (rollout.state.kind === 'Baking') return watchBake(deps, rollout);
  const started = rollout.data.times.started;
  // Held before its first stage: nothing was ever served, and there is nothing to judge.
  if (started === undefined || rollout.data.weight === 0 || rollout.data.weight >= 1) return;
  const inputs = await inputsOf(deps, rollout, started);
  const outcome = advanceRollout.decide(inputs);
  await deps.judgements.put(rollout.id, judgementOf(inputs, outcome.judge));
  if (outcome.move === 'stay') return;
  const listed = (await condemnedBy(deps.store, rollout.service, rollout.data.revision)) !== undefined;
  await takeStep(deps, rollout, {
    key: `judge/${rollout.rev}/${inputs.now}`,
    rule: advanceRollout,
    inputs,
    actor: { type: 'rule', id: 'judge-rollouts', via: 'schedule' },
    move: (decided) => advanceMove(rollout, { inputs, listed }, decided),
  });
  await wakeRollout(deps, rollout.id, rollout.state.kind);
}

async function inputsOf(deps: JudgeDeps, rollout: Rollout, started: string): Promise<AdvanceInputs> {
  const { state, data, service, environment } = rollout;
  const now = isoTime(deps.clock());
  const [{ level, killSwitch }, intervals, before] = await Promise.all([
    readAutonomy(deps, { service, environment, action: 'deploy' }),
    readIntervals(deps, rollout, started, now),
    deps.judgements.get(rollout.id),
  ]);
  const { plan, settings, stage } = data;
  const present = plan.stages[stage?.index ?? 0];
  const scale = deps.factor;
  return {
    state: state.kind === 'Held' || state.kind === 'Paused' ? state.kind : 'AtStage',
    held: state.kind === 'Held' ? state.reason : null,
    stage: {
      startedAt: stage?.startedAt ?? started,
      minSeconds: (present?.minSeconds ?? 0) / scale,
      maxSeconds: (present?.maxSeconds ?? 0) / scale,
      minRequests: present?.minRequests ?? 0,
      beforeAll: (plan.stages[stageIndex(rollout) + 1]?.weight ?? 1) >= 1,
    },
    ...{ intervals, settings, standing: data.condemned ?? null },
    intervalSeconds: plan.intervalSeconds / scale,
    noDataSeconds: deps.timings.noDataAfter,
    lastDataAt: lastDataAt(intervals, before, started, plan.intervalSeconds / scale),
    now,
    guards: rawGuards.decide({ intervals, settings }).crossed,
    ...{ waived: data.waived, killSwitch: killSwitch.on, level, irreversible: data.irreversible },
  };
}

/** The intervals as they are now; none when the provider does not answer: then the clock of missing data runs. */
async function readIntervals(
  deps: JudgeDeps,
  rollout: Rollout,
  from: string,
  to: string,
): Promise<readonly Interval[]> {
  const { data, service, environment } = rollout;
  const target: MetricsTarget = {
    ...data.target,
    service,
    environment,
    canary: data.canary,
    baseline: data.baseline,
  };
  try {
    const counts = await deps.metrics.counts(target, { from, to, thresholds: thresholdsOf(rollout) });
    return counts.map(intervalOf);
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    deps.meter.count(METRICS.judgeErrors, { service, code: thrown.name });
    return [];
  }
}

/** What is counted: the frozen thresholds of the judge and the one of the kill switch. */
function thresholdsOf({ data: { settings } }: Rollout): readonly number[] {
  const slow = settings.killSwitch?.slowerThan;
  return [...new Set([...settings.latency.thresholds, ...(slow == null ? [] : [slow])])];
}

/** An interval as the provider counts it, as the judge takes it. */
export function intervalOf({ intervalId, start, arms }: IntervalCounts): Interval {
  const arm = ({
    n,
    errors,
    slowerThan,
  }: {
    n: number;
    errors: number;
    slowerThan: Readonly<Record<string, number>>;
  }) => ({
    requests: n,
    failures: errors,
    slower: slowerThan,
  });
  return {
    at: start,
    ...(intervalId !== start && { id: intervalId }),
    ...(arms.canary !== undefined && { canary: arm(arms.canary) }),
    ...(arms.baseline !== undefined && { baseline: arm(arms.baseline) }),
  };
}

/** The end of the last interval in which both arms were measured, as far as anybody has seen one. */
function lastDataAt(
  intervals: readonly Interval[],
  before: Judgement | undefined,
  started: string,
  seconds: number,
): string {
  const last = intervals.findLast(
    ({ canary, baseline }) => (canary?.requests ?? 0) > 0 && (baseline?.requests ?? 0) > 0,
  );
  const seen = last === undefined ? started : isoTime(millis(last.at) + seconds * 1000);
  return [seen, before?.lastDataAt ?? started, started].toSorted().at(-1) ?? started;
}

function judgementOf(
  inputs: AdvanceInputs,
  judge: ReturnType<typeof advanceRollout.decide>['judge'],
): Judgement {
  return {
    at: inputs.now,
    lastDataAt: inputs.lastDataAt,
    compared: Number(judge.compared.intervals),
    verdict: judge.verdict,
    logE: judge.logE,
    logSafe: judge.logSafe,
    intervals: inputs.intervals.map(({ at, canary, baseline }) => ({
      at,
      canary: [canary?.requests ?? 0, canary?.failures ?? 0],
      baseline: [baseline?.requests ?? 0, baseline?.failures ?? 0],
    })),
  };
}
