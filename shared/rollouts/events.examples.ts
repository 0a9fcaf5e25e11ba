import { EVENT_VERSION } from '../ledger/contract.ts';
import type { rolloutEvents } from './events.ts';

const ID = 'rol_01KAJWEZ80Y5R1W3K9D6FH2JMA';
const AT = '2026-11-21T10:12:00.000Z';
const PLACE = { service: 'shop', environment: 'staging' };
const TIMES = {
  planned: '2026-11-21T10:00:00.000Z',
  started: '2026-11-21T10:00:01.000Z',
  verdict: '2026-11-21T10:11:58.000Z',
  zero: AT,
  ended: AT,
};

/** Event n of the decision that made this rev. */
function example(rev: number, data: object, n = 0) {
  return {
    ...{
      version: EVENT_VERSION,
      eventId: `rollout/${ID}/${rev}/${n}`,
      correlationId: 'dep_01KAJWEZ80Y5R1W3K9D6FH2JMA',
    },
    ...{ subject: { kind: 'rollout', id: ID }, rev, at: AT, ...PLACE, data },
  };
}

const held = (rev: number, reason: string, n = 0) => example(rev, { state: 'Held', reason, stage: 1 }, n);
const back = (rev: number, reason: string) => example(rev, { state: 'RollingBack', reason });
const stage = (rev: number, state: string) => example(rev, { state, stage: 1 });

/** One example of each, for docs/events. */
export const rolloutEventExamples = {
  RolloutPlanned: example(1, {
    plan: 'f2ca1bb6c7e907d06dafe4687e579fce76b37e4e93b7605022da52e6ccc26fd2',
    stages: [0.01, 0.05, 0.25, 0.5, 1],
    revision: '9fceb02d0ae598e95dc970b74767f19372d61af8',
  }),
  StageStarted: stage(2, 'AtStage'),
  StagePassed: stage(3, 'Shifting'),
  RolloutHeld: held(4, 'UNDECIDED'),
  HoldEnded: stage(5, 'Shifting'),
  RolloutPaused: stage(5, 'Paused'),
  RolloutResumed: stage(6, 'AtStage'),
  CanaryCondemned: back(7, 'VERDICT'),
  AbortRequested: back(5, 'ABORTED_BY_PERSON'),
  PromotionRequested: stage(5, 'Shifting'),
  HoldRejected: back(5, 'REJECTED'),
  HoldTimedOut: back(5, 'HOLD_TIMEOUT'),
  RolloutFrozen: example(6, { state: 'Aborted', reason: 'FROZEN' }),
  TrafficRestored: example(8, { state: 'RolledBack', reason: 'VERDICT' }, 1),
  PromotionMade: example(9, { state: 'Baking' }, 1),
  BakeEnded: example(10, { state: 'Promoted' }),
  BakeCondemned: held(10, 'BAKE_DEGRADED'),
  Stale: back(5, 'STALE'),
  HandedOver: held(5, 'UNEXPECTED'),
  Paged: held(6, 'UNDECIDED'),
  TrafficShifted: example(8, { weight: 0 }),
  RolloutEnded: example(8, { state: 'RolledBack', reason: 'VERDICT', times: TIMES }, 2),
  ApprovalRequested: example(4, { since: AT }, 1),
  EventRefused: example(9, { event: 'RolloutPaused' }),
} as const satisfies Record<keyof typeof rolloutEvents, object>;
