import * as z from 'zod';
import { sfnClient, sfnMachine } from '../../shared/adapters/aws/sfn-workflow.ts';
import {
  type DeploymentDeps,
  type FactsDeps,
  type StartDeps,
  timingsAt,
  type WeighDeps,
} from '../../shared/deployments/index.ts';
import { once, required, timeFactor } from './environment.ts';
import { forge } from './forge.ts';
import { metrics, sloCounts } from './metrics.ts';
import { meter } from './observe.ts';
import { rolloutDeps } from './rollouts.ts';
import { decideDeps, work } from './store.ts';
import { traffic } from './traffic.ts';

/** What the workflow hands to every task. */
export const DeploymentTask = z.object({ deploymentId: z.string(), key: z.string() });

/** What every use case of deployments needs: decisions, waits, the clock, and to start the workflow. */
export const deploymentDeps = once((): DeploymentDeps => {
  const factor = timeFactor();
  const machine = sfnMachine({ client: sfnClient() });
  return {
    ...decideDeps(),
    work: work(),
    workflow: machine,
    startDeployment: (id, input) => machine.start(required('DEPLOYMENT_MACHINE_ARN'), id, input),
    pause: (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)),
    meter: meter(),
    timings: timingsAt(factor),
    factor,
  };
});

/** For reading what a change is. */
export const factsDeps = once((): FactsDeps => ({ ...deploymentDeps(), forge: forge(), traffic: traffic() }));

/** For weighing it: what is left of the error budget is measured. */
export const weighDeps = once((): WeighDeps => ({ ...deploymentDeps(), sloCounts: sloCounts() }));

/** For starting its rollout. */
export const startDeps = once(
  (): StartDeps => ({
    ...deploymentDeps(),
    metrics: metrics(),
    rollouts: rolloutDeps(),
    startRollout: (id, input) =>
      sfnMachine({ client: sfnClient() }).start(required('ROLLOUT_MACHINE_ARN'), id, input),
  }),
);
