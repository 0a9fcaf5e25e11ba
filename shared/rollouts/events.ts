import * as z from 'zod';
import {
  type AccompanyingEvent,
  BACK_REASONS,
  EVENTS,
  HOLD_REASONS,
  type RolloutEvent,
  type RolloutStateName,
} from './contract.ts';
import { RolloutData } from './rollout.ts';

const stage = z.int().min(0).describe('Counted from 0.');
const to = (state: RolloutStateName) => z.strictObject({ state: z.literal(state) });
const toStage = (state: RolloutStateName) => z.strictObject({ state: z.literal(state), stage });
const held = z.strictObject({ state: z.literal('Held'), reason: z.enum(HOLD_REASONS), stage });
const back = z.strictObject({ state: z.literal('RollingBack'), reason: z.enum(BACK_REASONS) });
const ended = z.union([
  to('Promoted'),
  z.strictObject({ state: z.literal('RolledBack'), reason: z.enum(BACK_REASONS) }),
  z.strictObject({
    state: z.literal('Aborted'),
    reason: z.enum([...BACK_REASONS, 'FROZEN', 'HANDED_OVER']),
  }),
]);
const frozen = z.strictObject({ state: z.literal('Aborted'), reason: z.literal('FROZEN') });
const unstarted = z.strictObject({ state: z.literal('Aborted'), reason: z.literal('STALE') });
const restored = z.union([
  z.strictObject({ state: z.literal('RolledBack'), reason: z.enum(BACK_REASONS) }),
  z.strictObject({ state: z.literal('Aborted'), reason: z.enum(BACK_REASONS) }),
]);
const times = z
  .strictObject(RolloutData.shape.times.shape)
  .describe('When each thing was done; what did not happen is absent.');

/** What is on the bus from rollouts: the `data` of each event type. Strict; no person, and nothing that a person wrote. */
export const rolloutEvents = {
  RolloutPlanned: z
    .strictObject({
      plan: z.string().describe('SHA-256 of the plan: it is pinned.'),
      stages: z.array(z.number()).describe('Shares of the canary, fractions.'),
      revision: z.string().describe('The git revision.'),
    })
    .describe('A rollout is opened; nothing has moved.'),
  StageStarted: toStage('AtStage').describe('The canary takes the share of this stage, read back.'),
  StagePassed: toStage('Shifting').describe('Time, requests and judge are enough for the next stage.'),
  RolloutHeld: held.describe('Traffic stands still until a person answers, or what is missing is back.'),
  HoldEnded: z
    .union([toStage('AtStage'), toStage('Shifting'), to('Baking'), to('Promoted')])
    .describe('A hold is over: by itself, or by a person.'),
  RolloutPaused: toStage('Paused').describe('A person pauses it. It is judged all the same.'),
  RolloutResumed: toStage('AtStage').describe('A person lets it go on.'),
  CanaryCondemned: z
    .union([back, held])
    .describe('The judge, or a person after it, says that the canary is worse: it goes back, or holds.'),
  AbortRequested: back.describe('A person takes the canary back.'),
  PromotionRequested: toStage('Shifting').describe('A person sends it to all of the traffic.'),
  HoldRejected: back.describe('A person says no at a hold.'),
  HoldTimedOut: back.describe('Nobody answered a hold or ended a pause.'),
  RolloutFrozen: frozen.describe('A condemned change that cannot be undone stays where it is.'),
  TrafficRestored: restored.describe('The canary takes no traffic any more, read back.'),
  PromotionMade: to('Baking').describe('The canary takes all of the traffic, read back.'),
  BakeEnded: to('Promoted').describe('It stayed as good as what was there before.'),
  BakeCondemned: z
    .union([to('Promoted'), held, back])
    .describe(
      'After the promotion it is worse than what was there before; what follows is the choice of the service.',
    ),
  Stale: z.union([back, unstarted]).describe('It is too old; one that was never started ends at once.'),
  HandedOver: z.union([held, back]).describe('An error that the flow does not expect.'),
  Paged: held.describe('A hold has stood unanswered: whoever is on call is paged.'),
  TrafficShifted: z
    .strictObject({ weight: z.number().describe('The share of the canary now, a fraction.') })
    .describe('Along with each step that moved traffic.'),
  RolloutEnded: z
    .union(ended.options.map((option) => option.extend({ times })))
    .describe('Along with each step to an end.'),
  ApprovalRequested: z
    .strictObject({ since: z.iso.datetime().describe('Since when the answer is awaited.') })
    .describe('Along with each step to Held: a person is asked.'),
  EventRefused: z
    .strictObject({ event: z.enum(EVENTS) })
    .describe('A person asked for what the state does not allow: nothing moves.'),
} as const satisfies Record<RolloutEvent | AccompanyingEvent, z.ZodType>;
