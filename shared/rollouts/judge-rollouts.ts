import { decimal, type Head, isFault, isoTime, millis } from '../kernel/index.ts';
import { readAutonomy } from '../services/index.ts';
import { advanceMove } from './advance-move.ts';
import { condemnedBy } from './block-list.ts';
import { METRICS } from './contract.ts';
import { closeUnstartedRollout } from './expire-rollout.ts';
import type { Interval } from './judge-contract.ts';
import { missingIn } from './missing-data.ts';
import { planSeen } from './plan-seen.ts';
import type { JudgeDeps, Judgement } from './ports.ts';
import { approvalFor, isAnswered } from './read-approval.ts';
import { readIntervals } from './read-intervals.ts';
import { loadRollout, type Rollout, rolloutOf, stageIndex } from './rollout.ts';
import { type AdvanceInputs, advanceRollout } from './rules/advance-rollout.ts';
import { alwaysValidP } from './rules/always-valid-p.ts';
import { judgeRollout } from './rules/judge-rollout.ts';
import { rawGuards } from './rules/raw-guards.ts';
import { seenWeight } from './seen-weight.ts';
import { takeStep, wakeLeft, wakeRollout } from './take-step.ts';
import { EXPOSED } from './transitions.ts';
import { watchBake } from './watch-bake.ts';

/**
 * One sweep of the judge: every rollout whose canary takes traffic is judged over all its intervals. A look that changes
 * nothing is evidence; one that does is a decision, and wakes the workflow. One rollout's failure does not end the sweep;
 * a bug is thrown at its end.
 */
export async function judgeRollouts(deps: JudgeDeps): Promise<{ readonly judged: number }> {
  const open = (await Promise.all(SWEPT.map((state) => headsIn(deps, state)))).flat();
  const bugs: unknown[] = [];
  for (const head of open) {
    try {
      await lookTwice(deps, rolloutOf(head));
      deps.meter.count(METRICS.judged);
    } catch (thrown) {
      // Somebody else moved it twice, or an entry cannot be read: the next sweep looks again, and the deadline stands.
      if (!isFault(thrown)) bugs.push(thrown);
      const code = isFault(thrown) ? thrown.name : 'UNEXPECTED';
      deps.meter.count(METRICS.judgeErrors, { service: head.service ?? '', code });
    }
  }
  if (bugs.length > 0) throw bugs[0];
  deps.meter.count(METRICS.sweeps);
  return { judged: open.length };
}

/** Those with traffic are judged; in the others the workflow may not know yet where they stand. */
const SWEPT = [...EXPOSED, 'Planned', 'Shifting', 'RollingBack'] as const;
/** So many intervals after a step, whoever took it may still have failed to wake the workflow. */
const WOKEN_FOR = 10;

async function headsIn(deps: JudgeDeps, state: string): Promise<readonly Head[]> {
  const found: Head[] = [];
  let cursor: string | undefined;
  do {
    const page = await deps.store.heads({ kind: 'rollout', state, ...(cursor !== undefined && { cursor }) });
    found.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}

/** A person's step that came first did not see the verdict: it is judged again where it stands now, in the same sweep. */
async function lookTwice(deps: JudgeDeps, rollout: Rollout): Promise<void> {
  try {
    await lookAt(deps, rollout);
  } catch (thrown) {
    if (!isFault(thrown, 'Conflict')) throw thrown;
    const moved = await loadRollout(deps.store, rollout.id);
    if (moved.rev === rollout.rev) throw thrown;
    if (SWEPT.some((state) => state === moved.state.kind)) await lookAt(deps, moved);
  }
}

async function lookAt(deps: JudgeDeps, rollout: Rollout): Promise<void> {
  const { state, updatedAt } = rollout;
  if (deps.clock() - millis(updatedAt) < deps.timings.interval * WOKEN_FOR * 1000)
    await wakeLeft(deps, rollout);
  if (state.kind === 'Planned' || state.kind === 'RollingBack') return closeUnstartedRollout(deps, rollout);
  // Whoever took a person's answer may have died as well. It is judged all the same: a verdict goes before an answer.
  if (isAnswered(await approvalFor(deps.store, rollout))) await wakeRollout(deps, rollout.id, state.kind);
  await judgeOne(deps, rollout);
}

async function judgeOne(deps: JudgeDeps, rollout: Rollout): Promise<void> {
  const { state, data } = rollout;
  const shifting = state.kind === 'Shifting';
  if (shifting && (data.weight >= 1 || data.weight === 0)) return;
  if (data.weight >= 1) return watchBake(deps, rollout);
  const inputs = await inputsOf(deps, rollout);
  const outcome = advanceRollout.decide(inputs);
  if (inputs.exposed) await deps.judgements.put(rollout.id, judgementOf(inputs, outcome.judge));
  if (outcome.move === 'stay') return;
  const listed = (await condemnedBy(deps.store, rollout.service, data.revision)) !== undefined;
  await takeStep(deps, rollout, {
    key: `judge/${rollout.rev}/${inputs.now}`,
    rule: advanceRollout,
    inputs,
    actor: { type: 'rule', id: 'judge-rollouts', via: 'schedule' },
    move: (decided) => advanceMove(rollout, { inputs, listed }, decided),
  });
  await wakeRollout(deps, rollout.id, state.kind);
}

async function inputsOf(deps: JudgeDeps, rollout: Rollout): Promise<AdvanceInputs> {
  const { state, data, service, environment } = rollout;
  const now = isoTime(deps.clock());
  const exposed = data.times.started !== undefined && data.weight > 0;
  const started = data.times.started ?? now;
  const [{ level, killSwitch }, read, before, seen] = await Promise.all([
    readAutonomy(deps, { service, environment, action: 'deploy' }),
    exposed ? readIntervals(deps, rollout, { from: started, to: now }) : { intervals: [] },
    deps.judgements.get(rollout.id),
    exposed ? seenWeight(deps, rollout) : undefined,
  ]);
  const { settings, stage } = data;
  const { intervals } = read;
  const lastData = lastDataAt(intervals, before, stage?.startedAt ?? started, deps.timings.interval);
  const silent = (millis(now) - millis(lastData)) / 1000 > deps.timings.noDataAfter;
  return {
    state: isJudged(state.kind) ? state.kind : 'AtStage',
    held: state.kind === 'Held' ? state.reason : null,
    exposed,
    stage: stageOf(rollout, started, deps.factor),
    ...{ intervals, settings, standing: data.condemned ?? null },
    intervalSeconds: deps.timings.interval,
    noDataSeconds: deps.timings.noDataAfter,
    lastDataAt: lastData,
    now,
    guards: rawGuards.decide({ intervals, settings, slos: data.slos ?? [] }).crossed,
    ...{ waived: data.waived, killSwitch: killSwitch.on, level, irreversible: data.irreversible },
    ...(seen !== undefined && { seenWeight: seen }),
    ...planSeen(data),
    ...(exposed && silent && { missing: missingIn(read, millis(lastData)) }),
  };
}

const isJudged = (state: string): state is AdvanceInputs['state'] =>
  ['AtStage', 'Held', 'Paused', 'Shifting'].includes(state);

/** What the present stage asks for, in real seconds. */
function stageOf(rollout: Rollout, started: string, factor: number): AdvanceInputs['stage'] {
  const { plan, stage } = rollout.data;
  const present = plan.stages[stage?.index ?? 0];
  return {
    startedAt: stage?.startedAt ?? started,
    minSeconds: (present?.minSeconds ?? 0) / factor,
    maxSeconds: (present?.maxSeconds ?? 0) / factor,
    minRequests: present?.minRequests ?? 0,
    beforeAll: (plan.stages[stageIndex(rollout) + 1]?.weight ?? 1) >= 1,
  };
}

/**
 * The end of the last interval in which both arms were measured, as far as anybody has seen one; a stage that has just
 * begun has its own time to bring some.
 */
function lastDataAt(
  intervals: readonly Interval[],
  before: Judgement | undefined,
  began: string,
  seconds: number,
): string {
  const ends = intervals
    .filter(({ canary, baseline }) => (canary?.requests ?? 0) > 0 && (baseline?.requests ?? 0) > 0)
    .map(({ at, end }) => (end === undefined ? millis(at) + seconds * 1000 : millis(end)));
  return isoTime(Math.max(millis(before?.lastDataAt ?? began), millis(began), ...ends));
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
    // a decision keeps no evidence of each interval, so it is worked out again for whoever watches
    alwaysValidP: decimal(alwaysValidP(judgeRollout.decide(inputs), inputs)),
    needed: judge.needed,
    intervals: inputs.intervals.map(({ at, canary, baseline }) => ({
      at,
      canary: [canary?.requests ?? 0, canary?.failures ?? 0],
      baseline: [baseline?.requests ?? 0, baseline?.failures ?? 0],
    })),
  };
}
