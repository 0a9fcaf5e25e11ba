import { LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { CLIENT_SETTINGS } from '../../shared/adapters/aws/clients.ts';
import { lambdaWatch } from '../../shared/adapters/aws/lambda-watch.ts';
import { sfnWorkflow } from '../../shared/adapters/aws/sfn-workflow.ts';
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
    client: new SFNClient(CLIENT_SETTINGS),
    machineArn: required('ROLLBACK_MACHINE_ARN'),
    watchNow: lambdaWatch({
      client: new LambdaClient(CLIENT_SETTINGS),
      functionName: required('WATCH_HEALTH_FUNCTION'),
      warn: (message, cause) => logger.warn(message, { error: String(cause) }),
    }),
  }),
);
