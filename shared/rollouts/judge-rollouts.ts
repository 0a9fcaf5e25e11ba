import { decimal, type Head, isFault, millis } from '../kernel/index.ts';
import { advanceMove } from './advance-move.ts';
import { condemnedBy } from './block-list.ts';
import { condenseIntervals, type Layout } from './condense-intervals.ts';
import { METRICS } from './contract.ts';
import { closeUnstartedRollout } from './expire-rollout.ts';
import { fitLook } from './fit-inputs.ts';
import { holdUnrecorded, isLasting } from './hold-unrecorded.ts';
import type { JudgeDeps, Judgement } from './ports.ts';
import { approvalFor, isAnswered } from './read-approval.ts';
import { readLook } from './read-look.ts';
import { loadRollout, type Rollout, rolloutOf } from './rollout.ts';
import { type AdvanceInputs, type AdvanceOutcome, advanceRollout } from './rules/advance-rollout.ts';
import { alwaysValidP } from './rules/always-valid-p.ts';
import { judgeRollout } from './rules/judge-rollout.ts';
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
      bugs.push(...(await failed(deps, head, thrown)));
    }
  }
  if (bugs.length > 0) throw bugs[0];
  deps.meter.count(METRICS.sweeps);
  return { judged: open.length };
}

/**
 * Somebody else moved it twice, or the store was away: the next sweep looks again, and the deadline stands. What would fail
 * again then is held for a person. Returns what is a bug, to be thrown at the end of the sweep.
 */
async function failed(deps: JudgeDeps, { id, service }: Head, thrown: unknown): Promise<readonly unknown[]> {
  const code = isFault(thrown) ? thrown.name : 'UNEXPECTED';
  deps.meter.count(METRICS.judgeErrors, { service: service ?? '', code });
  if (!isFault(thrown)) return [thrown];
  if (!isLasting(thrown)) return [];
  try {
    await holdUnrecorded(deps, id, thrown);
    return [];
  } catch (again) {
    // an entry that cannot be read cannot be held either: its workflow's deadline stands, and the alarm rings for the count
    return isFault(again) ? [] : [again];
  }
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
  const { inputs: whole, layout } = await readLook(deps, rollout);
  const outcome = advanceRollout.decide(whole);
  if (whole.exposed) await deps.judgements.put(rollout.id, judgementOf(whole, layout, outcome.judge));
  if (outcome.move === 'stay') return;
  const inputs = fitLook(whole, layout, outcome);
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

function judgementOf(whole: AdvanceInputs, layout: Layout, judge: AdvanceOutcome['judge']): Judgement {
  const inputs = { ...whole, intervals: condenseIntervals(whole.intervals, layout) };
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
