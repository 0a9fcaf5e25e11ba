import { SendTaskSuccessCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Workflow } from '../../ports/index.ts';
import { CLIENT_SETTINGS } from './clients.ts';
import { awsCall, errorName } from './failures.ts';

// The three ways in which Step Functions says that nobody waits on this token any more.
const SPENT = ['TaskTimedOut', 'InvalidToken', 'TaskDoesNotExist'];

/** A client for this container. */
export const sfnClient = (): SFNClient => new SFNClient(CLIENT_SETTINGS);

/**
 * Workflows in Step Functions. `watchNow` comes from `lambdaWatch`, so that only functions that start a watch bundle
 * the Lambda client. Throws Fault: Unavailable, PermissionDenied.
 */
export function sfnWorkflow(deps: {
  readonly client: SFNClient;
  readonly machineArn: string;
  readonly watchNow: Workflow['watchNow'];
}): Workflow {
  const { machineArn, watchNow } = deps;
  const { start, wake } = sfnMachine(deps);
  return { startRollback: (id, input) => start(machineArn, id, input), wake, watchNow };
}

/** Starts workflows by their ARN, and wakes what waits in one. Throws Fault: Unavailable, PermissionDenied. */
export function sfnMachine({ client }: { readonly client: SFNClient }): Pick<Workflow, 'wake'> & {
  readonly start: (arn: string, id: string, input: Readonly<Record<string, unknown>>) => Promise<void>;
} {
  return {
    start: async (stateMachineArn, name, input) => {
      // The name makes it idempotent: a running execution of this name and input answers as started, an ended one exists.
      const command = new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) });
      await success(['ExecutionAlreadyExists'], 'StartExecution', () => client.send(command));
    },
    wake: async (token, output) => {
      const command = new SendTaskSuccessCommand({ taskToken: token, output: JSON.stringify(output) });
      await success(SPENT, 'SendTaskSuccess', () => client.send(command));
    },
  };
}

async function success(
  alsoFine: readonly string[],
  call: string,
  run: () => Promise<unknown>,
): Promise<void> {
  try {
    await run();
  } catch (thrown) {
    if (!alsoFine.includes(errorName(thrown))) await awsCall(call, () => Promise.reject(thrown));
  }
}
