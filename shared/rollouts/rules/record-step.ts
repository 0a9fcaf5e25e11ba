import { UNKNOWN_AUTHOR } from '../../approvals/index.ts';
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
  /** Who-is-who holds the person with a login at the forge: else nobody can say what they wrote. */
  readonly loginKnown: boolean;
  /** The judge has condemned it: what it says stays, and nobody promotes past it. */
  readonly condemned: boolean;
  /** The share of the canary now: one that has all of the traffic cannot be promoted. */
  readonly weight: number;
};
export type Refusal = 'STATE' | 'FOUR_EYES' | 'CONDEMNED';
export type ControlOutcome =
  | ({ readonly allowed: true } & Step)
  | { readonly allowed: false; readonly because: Refusal };

/** What a person's verb does to a rollout. */
export const controlRollout = rule('control-rollout', 1, (inputs: ControlInputs): ControlOutcome => {
  const { from, event, to } = STEPS[inputs.verb];
  const because = from.includes(inputs.state) ? forbidden(inputs) : 'STATE';
  return because === null ? { allowed: true, event, to } : { allowed: false, because };
});

/** What keeps a person from promoting; every other verb is open to whoever may use it. */
function forbidden(inputs: ControlInputs): Refusal | null {
  if (inputs.verb !== 'promote') return null;
  if (inputs.condemned) return 'CONDEMNED';
  if (inputs.weight >= 1) return 'STATE';
  return isOther(inputs) ? null : 'FOUR_EYES';
}

/** The same eyes as of an approval: a known person who neither asked for it nor wrote a part of it. */
function isOther({ notBy, person, loginKnown }: ControlInputs): boolean {
  const own = notBy.some((who) => who.toLowerCase() === person.toLowerCase());
  return loginKnown && !own && !notBy.includes(UNKNOWN_AUTHOR);
}

export type AnswerHoldInputs = {
  readonly reason: HoldReason;
  readonly answer: 'Approved' | 'Rejected';
  readonly person: string;
  /** The stage it is held at, and how many the plan has. */
  readonly stage: number;
  readonly stages: number;
  /** That stage has taken its traffic; else it was held on the way there. */
  readonly reached: boolean;
  /** The share that the canary has now: 0 before its first stage. */
  readonly weight: number;
  readonly condemned: boolean;
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
export const ONWARD: readonly HoldReason[] = ['UNDECIDED', 'TOO_FEW_REQUESTS', 'NO_DATA'];
/** Holds of a condemned canary at which a no leaves it where it is. */
export const FREEZES: readonly HoldReason[] = ['IRREVERSIBLE', 'LATE_VERDICT'];
/** Holds of a canary that has all of the traffic, at which a yes keeps it. */
const KEEPS: readonly HoldReason[] = ['BAKE_DEGRADED', 'NO_DATA'];
/** Holds at which the split may not be what the stage wants: a yes moves it there again. */
const UNMOVED: readonly HoldReason[] = ['TRAFFIC_MOVED', 'TRAFFIC_FAILED', 'AUTONOMY', 'KILL_SWITCH'];

/** What a person's answer to a hold does. To a condemned canary there is no yes that leads on. */
export const answerHold = rule('answer-hold', 1, (inputs: AnswerHoldInputs): AnswerHoldOutcome => {
  const yes = inputs.answer === 'Approved';
  const freezes = FREEZES.includes(inputs.reason);
  if (freezes && !yes) return { event: 'RolloutFrozen', to: 'Aborted' };
  if (!yes) return { event: 'HoldRejected', to: 'RollingBack', reason: 'REJECTED' };
  if (freezes || inputs.condemned) return { event: 'CanaryCondemned', to: 'RollingBack', reason: 'VERDICT' };
  if (inputs.weight >= 1 && !UNMOVED.includes(inputs.reason))
    return { event: 'HoldEnded', to: KEEPS.includes(inputs.reason) ? 'Promoted' : 'Baking' };
  return leadsOn(inputs);
});

function leadsOn({ reason, stage, stages, reached }: AnswerHoldInputs): AnswerHoldOutcome {
  // A stage that has not taken its traffic yet is not jumped over.
  if (!reached || UNMOVED.includes(reason))
    return { event: 'HoldEnded', to: 'Shifting', stage, waives: true };
  if (ONWARD.includes(reason))
    return { event: 'HoldEnded', to: 'Shifting', stage: Math.min(stage + 1, stages - 1), waives: false };
  return { event: 'HoldEnded', to: 'AtStage', stage, waives: true };
}

export type ExpireInputs = {
  readonly state: RolloutStateName;
  readonly holdReason: HoldReason | null;
  readonly deadlineAt: string;
  readonly now: string;
  /** From then on it is too old to be held or paused once more. */
  readonly staleAt: string;
  readonly pageAt: string | null;
  /** Its change cannot be undone by routing, and it has taken traffic: it is never taken back by itself. */
  readonly freezes: boolean;
};
export type ExpireOutcome =
  | { readonly event: 'none' | 'Paged' }
  | { readonly event: 'RolloutHeld'; readonly reason: HoldReason }
  | { readonly event: 'HoldTimedOut' | 'Stale'; readonly reason: BackReason }
  | { readonly event: 'RolloutFrozen' }
  | { readonly event: 'HandedOver' };

/**
 * The end of a state whose deadline has passed. Traffic that nobody answers for goes back; a change that cannot be undone
 * stays where it is, loudly.
 */
export const expireRollout = rule('expire-rollout', 1, (inputs: ExpireInputs): ExpireOutcome => {
  const { state, now, deadlineAt, pageAt } = inputs;
  if (now < deadlineAt) return { event: pageAt !== null && now >= pageAt ? 'Paged' : 'none' };
  if (state === 'Held' || state === 'Paused') return unanswered(inputs);
  if (state === 'RollingBack') return { event: 'HandedOver' };
  if (state === 'AtStage' || state === 'Baking') return { event: 'RolloutHeld', reason: 'NO_DATA' };
  return { event: 'RolloutHeld', reason: 'TRAFFIC_FAILED' };
});

function unanswered({ freezes, holdReason, now, staleAt }: ExpireInputs): ExpireOutcome {
  if (freezes || holdReason === 'IRREVERSIBLE') return { event: 'RolloutFrozen' };
  return now < staleAt
    ? { event: 'HoldTimedOut', reason: 'HOLD_TIMEOUT' }
    : { event: 'Stale', reason: 'STALE' };
}

export type CloseUnstartedInputs = {
  readonly deadlineAt: string;
  readonly now: string;
  /** Longer than a workflow that lives would leave it there. */
  readonly graceSeconds: number;
};

/** Whether a rollout was opened and its workflow never started: it would stay for ever. */
export const closeUnstarted = rule(
  'close-unstarted',
  1,
  ({ deadlineAt, now, graceSeconds }: CloseUnstartedInputs) => ({
    close: (Date.parse(now) - Date.parse(deadlineAt)) / 1000 > graceSeconds,
  }),
);

type HandOverInputs = {
  readonly state: RolloutStateName;
  readonly failure: string;
  /** What it said; absent where it said nothing. */
  readonly message?: string;
};

/** An error that nobody expects: the rollout holds for a person. */
export const handOverRollout = rule('hand-over-rollout', 1, ({ failure }: HandOverInputs) => ({
  to: 'Held' as const,
  failure,
}));

/** A person asked for what the state does not allow. */
export const refuseRolloutEvent = rule(
  'refuse-rollout-event',
  1,
  ({ event }: { readonly state: RolloutStateName; readonly event: RolloutEvent }) => ({ refused: event }),
);
