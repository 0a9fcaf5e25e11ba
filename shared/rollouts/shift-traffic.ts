import { Fault, failureText, isFault, isoTime } from '../kernel/index.ts';
import { type TrafficArm, trafficLease } from '../ports/traffic.ts';
import { readAutonomy } from '../services/index.ts';
import { METRICS, type RolloutState } from './contract.ts';
import { planSeen } from './plan-seen.ts';
import type { ShiftDeps, TaskInput, TaskResult } from './ports.ts';
import { loadRollout, type Rollout, type RolloutData, stageIndex } from './rollout.ts';
import { recordShift, type ShiftInputs, type ShiftOutcome } from './rules/record-shift.ts';
import { shiftReasons } from './shift-reasons.ts';
import { type Move, settled, standing, takeStep } from './take-step.ts';
import { targetOf } from './target.ts';

/** Longer than a shift with all its retries; in milliseconds, never scaled: it times real calls. */
const LEASE_MS = 120_000;

/**
 * Moves traffic to where the rollout's state wants it, reads it back, and records both. More for the canary only by
 * the plan of the start, while the kill switch is off, the autonomy level acts, and nobody else has moved it; back to the baseline always. Throws
 * Fault: Conflict or Unavailable while going back, so that the workflow tries again.
 */
export async function shiftTraffic(deps: ShiftDeps, input: TaskInput): Promise<TaskResult> {
  const rollout = await loadRollout(deps.store, input.rolloutId);
  const to = wantedWeight(rollout);
  if (to === undefined) return settled(deps, rollout);
  const target = targetOf(rollout);
  const lease = await deps.leases.acquire(trafficLease(target), rollout.id, LEASE_MS, deps.clock());
  if (lease === undefined) return standing(deps, await failed(deps, rollout, input.key, to));
  try {
    const inputs = await shifted(deps, rollout, to, lease);
    return standing(deps, await record(deps, rollout, input.key, inputs));
  } finally {
    await deps.leases.release(lease);
  }
}

/** The share that the canary is to have in this state; undefined where nothing is to be moved. */
function wantedWeight({ state, data }: Rollout): number | undefined {
  if (state.kind === 'RollingBack') return 0;
  if (state.kind === 'Planned') return data.plan.stages[0]?.weight;
  // A stage that an edited plan no longer has is given nothing: the shift is held for the plan before it is made.
  return state.kind === 'Shifting' ? (data.plan.stages[state.stage]?.weight ?? 0) : undefined;
}

type LeaseHeld = { readonly owner: string; readonly fencing: number };

async function shifted(
  deps: ShiftDeps,
  rollout: Rollout,
  to: number,
  lease: LeaseHeld,
): Promise<ShiftInputs> {
  const target = targetOf(rollout);
  const { arms, token } = await deps.traffic.read(target);
  const inputs = await inputsOf(deps, rollout, to, arms);
  // A task that was slow, or that runs a second time, must not move on what the rollout has left: whoever moves it from
  // here on changes the token.
  const { rev } = await loadRollout(deps.store, rollout.id);
  if (rev !== rollout.rev) throw new Fault('Conflict', `rollout ${rollout.id} moved on meanwhile`);
  if (recordShift.decide(inputs).to !== 'none') return inputs;
  try {
    const wanted = armsFor(rollout, to, arms);
    await deps.traffic.shift(target, wanted, token, lease);
    return { ...inputs, after: (await deps.traffic.read(target)).arms };
  } catch (thrown) {
    // Refused or moved by somebody else is an answer; what may be the network's fault is tried again by the workflow.
    if (!isFault(thrown) || ['Unavailable', 'RateLimited'].includes(thrown.name)) throw thrown;
    if (inputs.back !== null) throw thrown;
    const said = failureText(thrown.message);
    const problem = { problem: thrown.name, ...(said !== null && { problemText: said }) };
    return { ...inputs, ...problem, after: (await deps.traffic.read(target)).arms };
  }
}

async function inputsOf(
  deps: ShiftDeps,
  rollout: Rollout,
  to: number,
  before: readonly TrafficArm[],
): Promise<ShiftInputs> {
  const { service, environment, state, data } = rollout;
  const { level, killSwitch } = await readAutonomy(deps, { service, environment, action: 'deploy' });
  return {
    back: state.kind === 'RollingBack' ? state.reason : null,
    ...{ to, left: data.weight, canary: data.canary, baseline: data.baseline, before },
    ...{ after: null, problem: null, killSwitch: killSwitch.on, level, waived: data.waived },
    // once it is held for that and approved, it comes from Shifting
    uncompared: state.kind === 'Planned' && to >= 1,
    ...planSeen(data),
  };
}

/** The arms to ask for. Going back, whatever somebody else put beside the canary gets its share. */
function armsFor(rollout: Rollout, to: number, before: readonly TrafficArm[]): readonly TrafficArm[] {
  const { canary, baseline } = rollout.data;
  if (to > 0)
    return [{ revision: canary, weight: to }, ...(to < 1 ? [{ revision: baseline, weight: 1 - to }] : [])];
  const other = before.find((arm) => arm.revision !== canary);
  return [{ revision: other?.revision ?? baseline, weight: 1 }];
}

/** Somebody else holds the lease of the target. Going back, the workflow tries again. */
async function failed(deps: ShiftDeps, rollout: Rollout, key: string, to: number): Promise<Rollout> {
  const { arms } = await deps.traffic.read(targetOf(rollout));
  const inputs = await inputsOf(deps, rollout, to, arms);
  return record(deps, rollout, key, { ...inputs, problem: 'Conflict' });
}

async function record(deps: ShiftDeps, rollout: Rollout, key: string, inputs: ShiftInputs): Promise<Rollout> {
  // Going back, and not there yet: the workflow tries again, slower each time, for as long as it takes.
  if (recordShift.decide(inputs).to === 'none')
    throw new Fault('Unavailable', `version ${inputs.canary} still has traffic, or its target is taken`);
  const at = isoTime(deps.clock());
  const moved = await takeStep(deps, rollout, {
    key,
    rule: recordShift,
    inputs,
    move: (outcome) => moveOf(rollout, inputs, outcome, at),
  });
  if (rollout.state.kind === 'Planned' && moved.state.kind !== 'Held')
    deps.meter.count(METRICS.started, { service: rollout.service, environment: rollout.environment });
  return moved;
}

function moveOf(rollout: Rollout, inputs: ShiftInputs, outcome: ShiftOutcome, at: string): Move {
  if (outcome.to === 'none') throw new Error('a shift that is not made moves nothing');
  const reached = outcome.to !== 'Held';
  const index = stageIndex(rollout);
  return {
    event: outcome.event,
    state: stateOf(rollout, outcome),
    reasons: shiftReasons(inputs, outcome),
    ...(reached && { also: [{ type: 'TrafficShifted', data: { weight: inputs.to } }] }),
    data: {
      ...(reached && { weight: inputs.to }),
      ...(reached && { shares: sharesAfter(rollout, inputs.to, at) }),
      ...(reached && { waived: [] }),
      ...(outcome.to === 'AtStage' && { stage: { index, startedAt: at } }),
    },
    times: timesOf(rollout, outcome, at),
  };
}

/** So many changes of the split are kept: more than any plan has. */
const MOST_SHARES = 40;

function sharesAfter({ data }: Rollout, weight: number, at: string): NonNullable<RolloutData['shares']> {
  return [...(data.shares ?? []), { at, weight }].slice(-MOST_SHARES);
}

function timesOf(rollout: Rollout, { to }: ShiftOutcome, at: string): NonNullable<Move['times']> {
  const started = rollout.data.times.started ?? at;
  if (to === 'Baking') return { promoted: at, started };
  if (to === 'AtStage') return { started };
  return to === 'Held' ? {} : { zero: at };
}

function stateOf(rollout: Rollout, outcome: Exclude<ShiftOutcome, { to: 'none' }>): RolloutState {
  const stage = stageIndex(rollout);
  const back = rollout.state.kind === 'RollingBack' ? rollout.state.reason : 'VERDICT';
  switch (outcome.to) {
    case 'AtStage':
      return { kind: 'AtStage', stage };
    case 'Baking':
      return { kind: 'Baking' };
    case 'Held':
      return { kind: 'Held', reason: outcome.reason, stage };
    case 'RolledBack':
    case 'Aborted':
      return { kind: outcome.to, reason: back };
  }
}
