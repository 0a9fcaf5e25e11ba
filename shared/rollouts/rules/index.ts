import type { AnyRule } from '../../kernel/index.ts';
import { advanceBake } from './advance-bake.ts';
import { advanceRollout } from './advance-rollout.ts';
import { askHoldAgain } from './ask-hold-again.ts';
import { judgeBake } from './judge-bake.ts';
import { judgeRollout } from './judge-rollout.ts';
import { openRolloutRule } from './open-rollout.ts';
import { planRollout } from './plan-rollout.ts';
import { rawGuards } from './raw-guards.ts';
import { recordShift } from './record-shift.ts';
import * as steps from './record-step.ts';

/** Every rule of this folder, for replay; earlier versions stay for the decisions they took. */
export const rolloutRules: readonly AnyRule[] = [
  judgeRollout,
  rawGuards,
  judgeBake,
  planRollout,
  openRolloutRule,
  recordShift,
  advanceRollout,
  advanceBake,
  steps.controlRollout,
  steps.answerHold,
  askHoldAgain,
  steps.expireRollout,
  steps.closeUnstarted,
  steps.handOverRollout,
  steps.refuseRolloutEvent,
];
