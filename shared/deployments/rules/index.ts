import type { AnyRule } from '../../kernel/index.ts';
import { askAgain } from './ask-again.ts';
import { assessRisk } from './assess-risk.ts';
import { decideDeployment } from './decide-deployment.ts';
import { findSimilar } from './find-similar.ts';
import { gatherFacts } from './gather-facts.ts';
import * as steps from './record-step.ts';
import { startRolloutRule } from './start-rollout.ts';
import { weighDeployment } from './weigh-deployment.ts';

/** Every rule of this folder, in every version that a decision may name: for replay. */
export const deploymentRules: readonly AnyRule[] = [
  findSimilar,
  assessRisk,
  gatherFacts,
  weighDeployment,
  decideDeployment,
  startRolloutRule,
  askAgain,
  steps.requestDeploymentRule,
  steps.blockDeployment,
  steps.rejectDeployment,
  steps.recordRollout,
  steps.expireDeployment,
  steps.handOverDeployment,
  steps.abortDeploymentRule,
  steps.refuseDeploymentEvent,
  steps.refuseDeploymentRequest,
];
