import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { CheckpointQueue } from '../../ledger/publish/ports.ts';
import { CLIENT_SETTINGS } from './clients.ts';
import { awsCall } from './failures.ts';

/** A client for this container. A message that is lost is made up for by the heartbeat: nobody waits for it long. */
export const sqsClient = (): SQSClient =>
  new SQSClient({
    ...CLIENT_SETTINGS,
    // the endpoint is the region's, or the one that AWS_ENDPOINT_URL names; the SDK would take it from the queue's URL
    useQueueUrlAsEndpoint: false,
    maxAttempts: 2,
    requestHandler: { ...CLIENT_SETTINGS.requestHandler, requestTimeout: 1_500 },
  });

/** The queue that `publish-checkpoint` reads. Throws Fault: Unavailable, PermissionDenied. */
export function sqsCheckpointQueue({
  client,
  url,
}: {
  readonly client: SQSClient;
  readonly url: string;
}): CheckpointQueue {
  return {
    ask: async (delaySeconds) => {
      // What is to be signed is read from the ledger: the message says only that it is time.
      const input = { QueueUrl: url, MessageBody: '{"v":1}', DelaySeconds: delaySeconds };
      await awsCall('SendMessage', () => client.send(new SendMessageCommand(input)));
    },
  };
}
