import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { awsCall } from './failures.ts';

/** Hands a document to a function that works on it later, by itself. Throws Fault: Unavailable, PermissionDenied. */
export function lambdaEvent<Document>(deps: {
  readonly client: LambdaClient;
  readonly functionName: string;
}): (document: Document) => Promise<void> {
  return async (document) => {
    const command = new InvokeCommand({
      FunctionName: deps.functionName,
      InvocationType: 'Event',
      Payload: new TextEncoder().encode(JSON.stringify(document)),
    });
    await awsCall('Invoke', () => deps.client.send(command));
  };
}
