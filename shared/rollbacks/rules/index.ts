import type { AnyRule } from '../../kernel/index.ts';
import { awaitCheckpoint } from './await-checkpoint.ts';
import { checkInvariants } from './check-invariants.ts';
import { checkInvariantsV1 } from './check-invariants.v1.ts';
import { checkInvariantsV2 } from './check-invariants.v2.ts';
import { chooseCandidate } from './choose-candidate.ts';
import { confirmDegradation } from './confirm-degradation.ts';
import { confirmDegradationV1 } from './confirm-degradation.v1.ts';
import { expireRollback } from './expire-rollback.ts';
import { expireRollbackV1 } from './expire-rollback.v1.ts';
import { judgeCi } from './judge-ci.ts';
import { judgeRecovery } from './judge-recovery.ts';
import { mergeRollback } from './merge-rollback.ts';
import { mergeRollbackV1 } from './merge-rollback.v1.ts';
import { mergeRollbackV2 } from './merge-rollback.v2.ts';
import { openRollback } from './open-rollback.ts';
import { overtakeRollback } from './overtake-rollback.ts';
import { overtakeRollbackV1 } from './overtake-rollback.v1.ts';
import {
  closeStalePullRequest,
  followAutonomy,
  handOverRollback,
  holdMerge,
  pagePerson,
  postponeMerge,
  queueRefusal,
  recordHeadMoved,
  recordLateMerge,
  recordPullRequest,
  recordReview,
  refuseEvent,
  resetRollback,
  returnFromReview,
} from './record-step.ts';
import { resolveCandidate } from './resolve-candidate.ts';

/** Every rule that decides a step of a rollback, for replay; earlier versions stay for the decisions they took. */
export const rollbackRules: readonly AnyRule[] = [
  openRollback,
  confirmDegradation,
  confirmDegradationV1,
  chooseCandidate,
  resolveCandidate,
  recordPullRequest,
  judgeCi,
  checkInvariants,
  checkInvariantsV1,
  checkInvariantsV2,
  mergeRollback,
  mergeRollbackV1,
  mergeRollbackV2,
  judgeRecovery,
  overtakeRollback,
  overtakeRollbackV1,
  expireRollback,
  expireRollbackV1,
  recordReview,
  returnFromReview,
  pagePerson,
  queueRefusal,
  followAutonomy,
  holdMerge,
  postponeMerge,
  awaitCheckpoint,
  recordHeadMoved,
  recordLateMerge,
  handOverRollback,
  resetRollback,
  refuseEvent,
  closeStalePullRequest,
];
