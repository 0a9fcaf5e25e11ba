import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { millis } from '../../kernel/index.ts';
import type { Evaluations } from '../../ports/index.ts';
import type { Items } from './dynamodb-tallies.ts';
import { awsCall } from './failures.ts';

// An attempt ends within a day; what its steps were decided on stands in its decisions.
const KEPT_SECONDS = 30 * 86_400;

const Stored = z.object({
  v: z.literal(1),
  at: z.string(),
  mode: z.string(),
  verdict: z.string(),
  results: z.array(z.object({ id: z.string(), result: z.string(), value: z.string() })),
});

/** What was seen last of the invariants, in the work table. Throws Fault: Unavailable, PermissionDenied. */
export function dynamoEvaluations(items: Items): Evaluations {
  const key = (id: string) => ({ pk: `CHECKED#${id}`, sk: '-' });
  return {
    putEvaluation: async (id, evaluation) => {
      const expiresAt = Math.floor(millis(evaluation.at) / 1000) + KEPT_SECONDS;
      const Item = { ...key(id), v: 1, ...evaluation, expiresAt };
      await awsCall('PutItem', () => items.client.send(new PutCommand({ TableName: items.table, Item })));
    },
    evaluation: async (id) => {
      const input = { TableName: items.table, Key: key(id), ConsistentRead: true };
      const { Item } = await awsCall('GetItem', () => items.client.send(new GetCommand(input)));
      // one of another form is as good as none: it is shown, and nothing is decided on it
      const read = Stored.safeParse(Item);
      if (!read.success) return undefined;
      const { v: _v, ...evaluation } = read.data;
      return evaluation;
    },
  };
}
