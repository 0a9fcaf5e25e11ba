import * as z from 'zod';
import { lambdaClient, lambdaWatch } from '../../shared/adapters/aws/lambda-watch.ts';
import { sfnClient, sfnWorkflow } from '../../shared/adapters/aws/sfn-workflow.ts';
import { timingsAt } from '../../shared/rollbacks/contract.ts';
import type { RollbackDeps } from '../../shared/rollbacks/index.ts';
import { once, required, timeFactor } from './environment.ts';
import { logger, meter } from './observe.ts';
import { decideDeps, work } from './store.ts';

/** What the workflow hands to every task. */
export const TaskDocument = z.object({ rollbackId: z.string(), key: z.string() });

/** The store family's part of the dependencies of rollbacks: no forge, no delivery system. */
export const rollbackDeps = once((): RollbackDeps => {
  const factor = timeFactor();
  return {
    ...decideDeps(),
    work: work(),
    workflow: workflow(),
    meter: meter(),
    timings: timingsAt(factor),
    factor,
  };
});

const workflow = once(() =>
  sfnWorkflow({
    client: sfnClient(),
    machineArn: required('ROLLBACK_MACHINE_ARN'),
    watchNow: lambdaWatch({
      client: lambdaClient(),
      functionName: required('WATCH_HEALTH_FUNCTION'),
      warn: (message, cause) => logger.warn(message, { error: String(cause) }),
    }),
  }),
);
