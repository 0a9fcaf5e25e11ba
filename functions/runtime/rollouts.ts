import * as z from 'zod';
import { dynamoJudgements } from '../../shared/adapters/aws/dynamodb-judgements.ts';
import { sfnClient, sfnMachine } from '../../shared/adapters/aws/sfn-workflow.ts';
import { type JudgeDeps, type RolloutDeps, type ShiftDeps, timingsAt } from '../../shared/rollouts/index.ts';
import { once, required, timeFactor } from './environment.ts';
import { metrics } from './metrics.ts';
import { meter } from './observe.ts';
import { decideDeps, work } from './store.ts';
import { tables } from './tables.ts';
import { leases, traffic } from './traffic.ts';

/** What the workflow hands to every task. */
export const RolloutTask = z.object({ rolloutId: z.string(), key: z.string() });

/** What every use case of rollouts needs: decisions, waits and the clock; no traffic, no metrics. */
export const rolloutDeps = once((): RolloutDeps => {
  const factor = timeFactor();
  return {
    ...decideDeps(),
    work: work(),
    workflow: machine(),
    meter: meter(),
    timings: timingsAt(factor),
    factor,
  };
});

/** For the one function that moves traffic. */
export const shiftDeps = once((): ShiftDeps => ({ ...rolloutDeps(), traffic: traffic(), leases: leases() }));

/** For the judge: it reads, and cannot move traffic. */
export const judgeDeps = once(
  (): JudgeDeps => ({
    ...{ ...rolloutDeps(), metrics: metrics(), judgements: judgements() },
    // the whole port is not handed on, and its role may not move an alias either
    traffic: { read: (target) => traffic().read(target) },
  }),
);

/** What the judge saw last of each rollout. */
export const judgements = once(() => dynamoJudgements({ client: tables(), table: required('WORK_TABLE') }));

/** Waking needs no machine's name: the token says it. */
const machine = once(() => sfnMachine({ client: sfnClient() }));
