import { rule } from '../../kernel/index.ts';
import type { BackReason, HoldReason, RolloutEvent, RolloutStateName, Verb } from '../contract.ts';

type Step = { readonly event: RolloutEvent; readonly to: RolloutStateName };
const STEPS: Readonly<Record<Verb, { readonly from: readonly RolloutStateName[] } & Step>> = {
  pause: { from: ['AtStage'], event: 'RolloutPaused', to: 'Paused' },
  resume: { from: ['Paused'], event: 'RolloutResumed', to: 'AtStage' },
  promote: { from: ['AtStage', 'Held', 'Paused'], event: 'PromotionRequested', to: 'Shifting' },
  abort: {
    from: ['Planned', 'Shifting', 'AtStage', 'Held', 'Paused', 'Baking'],
    event: 'AbortRequested',
    to: 'RollingBack',
  },
};

/** The event a verb asks for, also where it is refused. */
export const eventOfVerb = (verb: Verb): RolloutEvent => STEPS[verb].event;

export type ControlInputs = {
  readonly state: RolloutStateName;
  readonly verb: Verb;
  readonly person: string;
  readonly reason: string;
  /** Whoever asked for the deployment or wrote the change may not promote it past the judge. */
  readonly notBy: readonly string[];
};
export type ControlOutcome =
  | ({ readonly allowed: true } & Step)
  | { readonly allowed: false; readonly because: 'STATE' | 'FOUR_EYES' };

/** What a person's verb does to a rollout. */
export const controlRollout = rule('control-rollout', 1, (inputs: ControlInputs): ControlOutcome => {
  const { from, event, to } = STEPS[inputs.verb];
  if (!from.includes(inputs.state)) return { allowed: false, because: 'STATE' };
  const own = inputs.notBy.some((who) => who.toLowerCase() === inputs.person.toLowerCase());
  if (inputs.verb === 'promote' && own) return { allowed: false, because: 'FOUR_EYES' };
  return { allowed: true, event, to };
});

export type AnswerHoldInputs = {
  readonly reason: HoldReason;
  readonly answer: 'Approved' | 'Rejected';
  readonly person: string;
  /** The stage it is held at, and how many the plan has. */
  readonly stage: number;
  readonly stages: number;
  /** The share that the canary has now: 0 before its first stage. */
  readonly weight: number;
};
export type AnswerHoldOutcome =
  | { readonly event: 'HoldEnded'; readonly to: 'Shifting'; readonly stage: number; readonly waives: boolean }
  | { readonly event: 'HoldEnded'; readonly to: 'AtStage'; readonly stage: number; readonly waives: boolean }
  | { readonly event: 'HoldEnded'; readonly to: 'Baking' | 'Promoted' }
  | {
      readonly event: 'HoldRejected' | 'CanaryCondemned';
      readonly to: 'RollingBack';
      readonly reason: BackReason;
    }
  | { readonly event: 'RolloutFrozen'; readonly to: 'Aborted' };

/** Holds at which a yes leads to the next stage; at the others it leads back to where it stood. */
const ONWARD: readonly HoldReason[] = ['UNDECIDED', 'TOO_FEW_REQUESTS', 'NO_DATA'];
/** Holds before the traffic was moved: a yes moves it. */
const UNMOVED: readonly HoldReason[] = ['TRAFFIC_MOVED', 'TRAFFIC_FAILED', 'AUTONOMY', 'KILL_SWITCH'];

/** What a person's answer to a hold does. */
export const answerHold = rule('answer-hold', 1, (inputs: AnswerHoldInputs): AnswerHoldOutcome => {
  const yes = inputs.answer === 'Approved';
  if (inputs.reason === 'IRREVERSIBLE')
    return yes
      ? { event: 'CanaryCondemned', to: 'RollingBack', reason: 'VERDICT' }
      : { event: 'RolloutFrozen', to: 'Aborted' };
  if (!yes) return { event: 'HoldRejected', to: 'RollingBack', reason: 'REJECTED' };
  if (inputs.weight >= 1)
    return { event: 'HoldEnded', to: inputs.reason === 'BAKE_DEGRADED' ? 'Promoted' : 'Baking' };
  const next = Math.min(inputs.stage + 1, inputs.stages - 1);
  if (ONWARD.includes(inputs.reason))
    return { event: 'HoldEnded', to: 'Shifting', stage: next, waives: false };
  // A stage that has not taken traffic yet is moved to; one that has goes on.
  if (UNMOVED.includes(inputs.reason) || inputs.weight === 0)
    return { event: 'HoldEnded', to: 'Shifting', stage: inputs.stage, waives: true };
  return { event: 'HoldEnded', to: 'AtStage', stage: inputs.stage, waives: true };
});

export type ExpireInputs = {
  readonly state: RolloutStateName;
  readonly holdReason: HoldReason | null;
  readonly deadlineAt: string;
  readonly now: string;
  readonly createdAt: string;
  readonly staleSeconds: number;
  readonly pageAt: string | null;
};
export type ExpireOutcome =
  | { readonly event: 'none' | 'Paged' }
  | { readonly event: 'RolloutHeld'; readonly reason: HoldReason }
  | { readonly event: 'HoldTimedOut' | 'Stale'; readonly reason: BackReason }
  | { readonly event: 'RolloutFrozen' }
  | { readonly event: 'HandedOver' };

/**
 * The end of a state whose deadline has passed. Traffic that nobody answers for goes back; a condemned change that cannot
 * be undone stays where it is, loudly.
 */
export const expireRollout = rule('expire-rollout', 1, (inputs: ExpireInputs): ExpireOutcome => {
  const { state, now, deadlineAt, pageAt } = inputs;
  if (now < deadlineAt) return { event: pageAt !== null && now >= pageAt ? 'Paged' : 'none' };
  if (state === 'Held')
    return inputs.holdReason === 'IRREVERSIBLE'
      ? { event: 'RolloutFrozen' }
      : { event: 'HoldTimedOut', reason: 'HOLD_TIMEOUT' };
  if (state === 'Paused') return { event: 'HoldTimedOut', reason: 'HOLD_TIMEOUT' };
  if (state === 'RollingBack') return { event: 'HandedOver' };
  if (state === 'AtStage' || state === 'Baking') return { event: 'RolloutHeld', reason: 'NO_DATA' };
  return { event: 'RolloutHeld', reason: 'TRAFFIC_FAILED' };
});

/** An error that nobody expects: the rollout holds for a person. */
export const handOverRollout = rule(
  'hand-over-rollout',
  1,
  ({ failure }: { readonly state: RolloutStateName; readonly failure: string }) => ({
    to: 'Held' as const,
    failure,
  }),
);

/** A person asked for what the state does not allow. */
export const refuseRolloutEvent = rule(
  'refuse-rollout-event',
  1,
  ({ event }: { readonly state: RolloutStateName; readonly event: RolloutEvent }) => ({ refused: event }),
);
