import type { AnyRule } from '../../kernel/index.ts';
import { advanceBake } from './advance-bake.ts';
import { advanceRollout } from './advance-rollout.ts';
import { judgeBake } from './judge-bake.ts';
import { judgeRollout } from './judge-rollout.ts';
import { openRolloutRule } from './open-rollout.ts';
import { planRollout } from './plan-rollout.ts';
import { rawGuards } from './raw-guards.ts';
import { recordShift } from './record-shift.ts';
import {
  answerHold,
  controlRollout,
  expireRollout,
  handOverRollout,
  refuseRolloutEvent,
} from './record-step.ts';

/** Every rule that plans, judges or moves a rollout, for replay; earlier versions stay for the decisions they took. */
export const rolloutRules: readonly AnyRule[] = [
  planRollout,
  openRolloutRule,
  recordShift,
  judgeRollout,
  rawGuards,
  advanceRollout,
  judgeBake,
  advanceBake,
  controlRollout,
  answerHold,
  expireRollout,
  handOverRollout,
  refuseRolloutEvent,
];
