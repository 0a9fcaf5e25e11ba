import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as deployments from '../../shared/deployments/index.ts';
import * as rollouts from '../../shared/rollouts/index.ts';

const MACHINES = join(import.meta.dirname, '../../statemachines');

export type Task<Deps> = (deps: Deps, input: never) => Promise<unknown>;
type AllDeployment = deployments.FactsDeps & deployments.WeighDeps & deployments.StartDeps;
type AllRollout = rollouts.JudgeDeps & rollouts.ShiftDeps;

/** The use case behind each task of the two machines, by the name of its function. */
export const DEPLOYMENT_TASKS: Readonly<Record<string, Task<AllDeployment>>> = {
  GatherFacts: deployments.gatherFactsOfDeployment,
  AssessDeployment: deployments.assessDeployment,
  DecideDeployment: deployments.decideOnDeployment,
  AwaitDeployment: deployments.awaitDeployment,
  StartRollout: deployments.startRolloutOfDeployment,
  RecordRollout: deployments.recordRolloutOfDeployment,
  ExpireDeployment: deployments.expireDeploymentAtDeadline,
  HandOverDeployment: deployments.handOverDeploymentToPerson,
};
export const ROLLOUT_TASKS: Readonly<Record<string, Task<AllRollout>>> = {
  ShiftTraffic: rollouts.shiftTraffic,
  AwaitRollout: rollouts.awaitRollout,
  RecordAnswer: rollouts.answerHoldOfRollout,
  ExpireRollout: rollouts.expireRolloutAtDeadline,
  HandOverRollout: rollouts.handOverRolloutToPerson,
  TellDeployment: rollouts.tellDeployment,
};

/** A committed machine, its functions named by their constructs. */
export const definitionOf = (name: string): unknown =>
  JSON.parse(readFileSync(join(MACHINES, `${name}.asl.json`), 'utf8').replaceAll(/\$\{(\w+)Arn\}/g, '$1'));
