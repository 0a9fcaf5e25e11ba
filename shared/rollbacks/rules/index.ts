import type { AnyRule } from '../../kernel/index.ts';
import { checkInvariants } from './check-invariants.ts';
import { chooseCandidate } from './choose-candidate.ts';
import { confirmDegradation } from './confirm-degradation.ts';
import { expireRollback } from './expire-rollback.ts';
import { judgeCi } from './judge-ci.ts';
import { judgeRecovery } from './judge-recovery.ts';
import { mergeRollback } from './merge-rollback.ts';
import { openRollback } from './open-rollback.ts';
import { overtakeRollback } from './overtake-rollback.ts';
import {
  handOverRollback,
  recordPullRequest,
  recordReview,
  refuseEvent,
  resetRollback,
} from './record-step.ts';
import { resolveCandidate } from './resolve-candidate.ts';

/** Every rule that decides a step of a rollback, for replay. */
export const rollbackRules: readonly AnyRule[] = [
  openRollback,
  confirmDegradation,
  chooseCandidate,
  resolveCandidate,
  recordPullRequest,
  judgeCi,
  checkInvariants,
  mergeRollback,
  judgeRecovery,
  overtakeRollback,
  expireRollback,
  recordReview,
  handOverRollback,
  resetRollback,
  refuseEvent,
];
