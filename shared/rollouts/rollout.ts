import * as z from 'zod';
import { Fault, type Head, millis, type Store } from '../kernel/index.ts';
import { BACK_REASONS, HOLD_REASONS, type RolloutState, type Timings } from './contract.ts';
import { JudgeSettings, SloGuard } from './judge-contract.ts';
import { Missing } from './missing-data.ts';
import { Plan, PlanSource } from './plan-contract.ts';
import { isOpenState } from './transitions.ts';

const Stage = z.int().min(0);
const State = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['Planned', 'Baking', 'Promoted']) }),
  z.object({ kind: z.enum(['Shifting', 'AtStage', 'Paused']), stage: Stage }),
  z.object({ kind: z.literal('Held'), reason: z.enum(HOLD_REASONS), stage: Stage }),
  z.object({ kind: z.enum(['RollingBack', 'RolledBack']), reason: z.enum(BACK_REASONS) }),
  z.object({ kind: z.literal('Aborted'), reason: z.enum([...BACK_REASONS, 'FROZEN', 'HANDED_OVER']) }),
]);

/** What a rollout keeps beside its state. Times are ISO, weights fractions of the traffic from 0 to 1. */
export const RolloutData = z.object({
  v: z.literal(1),
  deployment: z.string(),
  target: z.object({ platform: z.literal('lambda'), function: z.string(), alias: z.string() }),
  /** The git revision that is rolled out, and the platform's versions that take the traffic. */
  revision: z.string(),
  canary: z.string(),
  baseline: z.string(),
  /** The change cannot be undone by routing: a verdict freezes instead of rolling back. */
  irreversible: z.boolean(),
  /** What a degraded bake does: the service's choice. Going back by itself has a rate that is not under alpha. */
  bakeChoice: z.enum(['page', 'hold', 'rollback']),
  /** What the version before served while it was alone: the bake compares with it. */
  before: z.object({ requests: z.int().min(0), failures: z.int().min(0) }),
  plan: Plan,
  settings: JudgeSettings,
  /** What its SLOs bound, as they were at the start. This and the source are absent in what an earlier release has opened. */
  slos: z.array(SloGuard).optional(),
  /** What the plan was made from: a start that is tried again after a crash says the same of it. */
  source: PlanSource.optional(),
  /** Four eyes: who asked for the deployment, and who wrote the change. */
  notBy: z.array(z.string()),
  /** The share of the canary as we left it. */
  weight: z.number().min(0).max(1),
  enteredAt: z.string(),
  deadlineAt: z.string().optional(),
  pageAt: z.string().optional(),
  /** The stage that runs or that ran last, and since when it has taken traffic. */
  stage: z.object({ index: Stage, startedAt: z.string() }).optional(),
  /** Each change of the split: intervals of different splits are never added up. */
  shares: z.array(z.object({ at: z.string(), weight: z.number().min(0).max(1) })).optional(),
  /** Reasons to hold that a person has let pass in this stage. */
  waived: z.array(z.enum(HOLD_REASONS)),
  /** The digest of the plan that was let pass last; absent in what an earlier release has let pass. */
  waivedPlan: z.string().exactOptional(),
  /** Why there is nothing to compare, while it is held for that. */
  missing: Missing.optional(),
  /** A verdict to roll back, once given, stays. */
  condemned: z.object({ by: z.enum(['errors', 'latency', 'kill-switch']), at: z.string() }).optional(),
  /** The first interval after which its bake was worse than what was there before, wherever that led. */
  bakeDegraded: z.string().optional(),
  /** The last question that it has done with, and how. */
  lastApproval: z.string().optional(),
  approvalEnd: z.enum(['acted', 'deadline', 'moved-on']).optional(),
  refused: z.array(z.string()).optional(),
  times: z.object({
    planned: z.string(),
    started: z.string().optional(),
    verdict: z.string().optional(),
    zero: z.string().optional(),
    promoted: z.string().optional(),
    ended: z.string().optional(),
  }),
});
export type RolloutData = z.infer<typeof RolloutData>;

/** One change on its way onto traffic, as its head holds it. */
export type Rollout = {
  readonly id: string;
  readonly rev: number;
  readonly service: string;
  readonly environment: string;
  readonly correlationId: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly state: RolloutState;
  readonly data: RolloutData;
};

/** Reads a head as a rollout. Throws Fault('Malformed') when the stored item is not one. */
export function rolloutOf(head: Head): Rollout {
  const state = State.safeParse(head.state);
  const data = RolloutData.safeParse(head.data);
  const { id, rev, service, environment, correlationId, createdAt, updatedAt } = head;
  if (!state.success || !data.success || service === undefined || environment === undefined)
    throw new Fault('Malformed', `the stored head of rollout ${id} is not a rollout`);
  const place = { service, environment, correlationId, createdAt, updatedAt };
  return { id, rev, state: state.data, data: data.data, ...place };
}

/** The rollout of this id. Throws Fault('NotFound'). */
export async function loadRollout(store: Store, id: string): Promise<Rollout> {
  const head = await store.head({ kind: 'rollout', id });
  if (head === undefined) throw new Fault('NotFound', `there is no rollout ${id}`);
  return rolloutOf(head);
}

export function isOpen(rollout: Rollout): boolean {
  return isOpenState(rollout.state.kind);
}

/** The stage a rollout stands at, goes to or stood at last; counted from 0. */
export function stageIndex({ state, data }: Rollout): number {
  return 'stage' in state ? state.stage : (data.stage?.index ?? 0);
}

/** Whether the stage it stands at has taken its traffic; else it was held on the way there. */
export function isReached({ state, data }: Pick<Rollout, 'state' | 'data'>): boolean {
  return data.stage !== undefined && (!('stage' in state) || state.stage === data.stage.index);
}

/** The time of a stage that stood still begins anew; what was measured meanwhile is judged all the same. */
export function restarted(index: number, startedAt: string): { readonly data: Pick<RolloutData, 'stage'> } {
  return { data: { stage: { index, startedAt } } };
}

/** Milliseconds since 1970 from which on a rollout that still waits is too old, however often it was held or paused. */
export function staleAt(
  { createdAt, data }: Pick<Rollout, 'createdAt' | 'data'>,
  timings: Timings,
  factor: number,
): number {
  const { stages, bakeSeconds } = data.plan;
  const planned = stages.reduce((sum, { maxSeconds }) => sum + maxSeconds, bakeSeconds);
  return millis(createdAt) + (planned / factor + timings.staleAfter) * 1000;
}

/** Seconds a rollout may stay in a state; undefined for an end. */
export function stateDeadline(
  state: RolloutState,
  plan: Plan,
  timings: Timings,
  factor: number,
): number | undefined {
  switch (state.kind) {
    case 'Planned':
    case 'Shifting':
    case 'RollingBack':
      return timings.shiftDeadline;
    case 'AtStage':
      // the sweep holds it at the stage's own limit; this is the net below, if no sweep comes
      return (
        (plan.stages[state.stage]?.maxSeconds ?? 0) / factor + timings.noDataAfter + timings.interval * 5
      );
    case 'Held':
      return timings.holdWait;
    case 'Paused':
      return timings.pauseWait;
    case 'Baking':
      return plan.bakeSeconds / factor + timings.interval * 5;
    case 'Promoted':
    case 'RolledBack':
    case 'Aborted':
      return undefined;
  }
}
