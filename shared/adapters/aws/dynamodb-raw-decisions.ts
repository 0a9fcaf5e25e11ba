import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { RawDecision, RawDecisions } from '../../ledger/reconcile/ports.ts';
import { awsCall } from './failures.ts';
import { subjectKey } from './keys.ts';

/** The decisions table item by item, whatever stands in it. Throws Fault: Unavailable, PermissionDenied. */
export function dynamoRawDecisions(deps: { client: DynamoDBDocumentClient; table: string }): RawDecisions {
  return {
    ofSubject: async (subject) => {
      const items: RawDecision[] = [];
      let start: Record<string, unknown> | undefined;
      do {
        const input = {
          TableName: deps.table,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': subjectKey(subject) },
          ConsistentRead: true,
          ...(start !== undefined && { ExclusiveStartKey: start }),
        };
        const page = await awsCall('Query', () => deps.client.send(new QueryCommand(input)));
        items.push(...(page.Items ?? []));
        start = page.LastEvaluatedKey;
      } while (start !== undefined);
      return items;
    },
  };
}
