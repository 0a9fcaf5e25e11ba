import * as z from 'zod';
import { sfnWorkflow } from '../../shared/adapters/aws/sfn-workflow.ts';
import { type RollbackDeps, timingsAt } from '../../shared/rollbacks/index.ts';
import { once, required, timeFactor } from './environment.ts';
import { meter } from './observe.ts';
import { decideDeps, work } from './store.ts';

/** What the workflow hands to every task. */
export const TaskDocument = z.object({ rollbackId: z.string(), key: z.string() });

/** The store family's part of the dependencies of rollbacks: no forge, no delivery system. */
export const rollbackDeps = once((): RollbackDeps => {
  const factor = timeFactor();
  return {
    ...decideDeps(),
    work: work(),
    workflow: sfnWorkflow({
      machineArn: required('ROLLBACK_MACHINE_ARN'),
      watchFunction: required('WATCH_HEALTH_FUNCTION'),
    }),
    meter: meter(),
    timings: timingsAt(factor),
    factor,
  };
});
