import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Workflow } from '../../ports/index.ts';
import { CLIENT_SETTINGS } from './clients.ts';

/** A client for this container. */
export const lambdaClient = (): LambdaClient => new LambdaClient(CLIENT_SETTINGS);

/**
 * Starts a health watch of one service at once. The schedule is the net under it: a watch that could not be started is
 * told to `warn` and not thrown.
 */
export function lambdaWatch(deps: {
  readonly client: LambdaClient;
  readonly functionName: string;
  readonly warn: (message: string, cause: unknown) => void;
}): Workflow['watchNow'] {
  return async (service, environment) => {
    const command = new InvokeCommand({
      FunctionName: deps.functionName,
      InvocationType: 'Event',
      Payload: new TextEncoder().encode(JSON.stringify({ service, environment })),
    });
    try {
      await deps.client.send(command);
    } catch (cause) {
      deps.warn(`no health watch was started for ${service} in ${environment}; the schedule will`, cause);
    }
  };
}
