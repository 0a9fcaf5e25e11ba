import { isoTime, millis } from '../kernel/index.ts';
import { readAutonomy } from '../services/index.ts';
import type { Layout } from './condense-intervals.ts';
import type { Interval } from './judge-contract.ts';
import { missingIn } from './missing-data.ts';
import { planSeen } from './plan-seen.ts';
import type { JudgeDeps, Judgement } from './ports.ts';
import { readIntervals, withUnusable } from './read-intervals.ts';
import { type Rollout, stageIndex } from './rollout.ts';
import type { AdvanceInputs } from './rules/advance-rollout.ts';
import { gapsIn, stageGapsIn } from './rules/gaps.ts';
import { rawGuards } from './rules/raw-guards.ts';
import { seenWeight } from './seen-weight.ts';

/** All that a look of the judge goes by: its intervals as they were measured, and how they may be added up. */
type LookRead = { readonly inputs: AdvanceInputs; readonly layout: Layout };

/** Reads what the judge goes by at a rollout whose canary may take traffic. */
export async function readLook(deps: JudgeDeps, rollout: Rollout): Promise<LookRead> {
  const { state, data, service, environment } = rollout;
  const now = isoTime(deps.clock());
  const exposed = data.times.started !== undefined && data.weight > 0;
  const started = data.times.started ?? now;
  const unread = { intervals: [], unusable: [], layout: { from: started, seconds: 1, every: 1, cuts: [] } };
  const [{ level, killSwitch }, read, before, seen] = await Promise.all([
    readAutonomy(deps, { service, environment, action: 'deploy' }),
    exposed ? readIntervals(deps, rollout, { from: started, to: now }) : unread,
    deps.judgements.get(rollout.id),
    exposed ? seenWeight(deps, rollout) : undefined,
  ]);
  const { settings } = data;
  const { intervals } = read;
  const stage = stageOf(rollout, started, deps.factor);
  const lastData = lastDataAt(intervals, before, data.stage?.startedAt ?? started, deps.timings.interval);
  const silent = (millis(now) - millis(lastData)) / 1000 > deps.timings.noDataAfter;
  const inputs: AdvanceInputs = {
    state: isJudged(state.kind) ? state.kind : 'AtStage',
    held: state.kind === 'Held' ? state.reason : null,
    exposed,
    stage,
    ...{ intervals, settings, standing: data.condemned ?? null },
    intervalSeconds: deps.timings.interval,
    noDataSeconds: deps.timings.noDataAfter,
    lastDataAt: lastData,
    now,
    guards: rawGuards.decide({ intervals, settings, slos: data.slos ?? [] }).crossed,
    ...{ waived: data.waived, killSwitch: killSwitch.on, level, irreversible: data.irreversible },
    ...(seen !== undefined && { seenWeight: seen }),
    ...planSeen(data),
    ...gapsOf(rollout, withUnusable(read), { deps, since: stage.startedAt }),
    ...(exposed && silent && { missing: missingIn(read, millis(lastData)) }),
  };
  // what came before the stage's own clock began is not added up with what came after it
  return { inputs, layout: { ...read.layout, cuts: [...read.layout.cuts, stage.startedAt] } };
}

/** Held for what the stage lacks, it goes on once the latest intervals do not: what was missing then stays missing. */
function gapsOf(
  { state, data }: Rollout,
  intervals: readonly Interval[],
  { deps, since }: { readonly deps: JudgeDeps; readonly since: string },
): Pick<AdvanceInputs, 'gaps' | 'stageGaps'> {
  const heldForThem = state.kind === 'Held' && data.missing?.gaps !== undefined;
  const ofStage = intervals.filter(({ at }) => millis(at) >= millis(since));
  const latest = Math.max(1, Math.round(deps.timings.noDataAfter / deps.timings.interval));
  const gaps = gapsIn(intervals);
  const counts = state.kind === 'AtStage' || heldForThem;
  const found = counts ? stageGapsIn(heldForThem ? ofStage.slice(-latest) : ofStage) : undefined;
  // a provider that does not answer says nothing of what it is held for
  const stageGaps = heldForThem && ofStage.length === 0 ? data.missing?.gaps : found;
  return { ...(gaps !== undefined && { gaps }), ...(stageGaps !== undefined && { stageGaps }) };
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
  return isoTime(
    ends.reduce(
      (last, end) => Math.max(last, end),
      Math.max(millis(before?.lastDataAt ?? began), millis(began)),
    ),
  );
}
