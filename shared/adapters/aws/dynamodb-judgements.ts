import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { Fault, millis } from '../../kernel/index.ts';
import type { Judgements } from '../../rollouts/ports.ts';
import { awsCall } from './failures.ts';

// A rollout ends long before this; what the judge saw of it stands in its decisions.
const KEPT_SECONDS = 30 * 86_400;
const Pair = z.tuple([z.number(), z.number()]);
const Stored = z.object({
  v: z.literal(1),
  at: z.string(),
  lastDataAt: z.string(),
  compared: z.number(),
  verdict: z.string(),
  logE: z.string(),
  logSafe: z.string(),
  alwaysValidP: z.string().exactOptional(),
  needed: z
    .object({ failures: z.string().nullable(), requests: z.string().nullable(), of: z.string() })
    .exactOptional(),
  intervals: z.array(z.object({ at: z.string(), canary: Pair, baseline: Pair })),
});

/** What the judge saw last, in the work table. Throws Fault: Unavailable, PermissionDenied, Malformed. */
export function dynamoJudgements(deps: { client: DynamoDBDocumentClient; table: string }): Judgements {
  const { client, table: TableName } = deps;
  const key = (id: string) => ({ pk: `JUDGED#${id}`, sk: '-' });
  return {
    put: async (id, judgement) => {
      const expiresAt = Math.floor(millis(judgement.at) / 1000) + KEPT_SECONDS;
      const Item = { ...key(id), v: 1, ...judgement, expiresAt };
      await awsCall('PutItem', () => client.send(new PutCommand({ TableName, Item })));
    },
    get: async (id) => {
      const input = { TableName, Key: key(id), ConsistentRead: true };
      const { Item } = await awsCall('GetItem', () => client.send(new GetCommand(input)));
      if (Item === undefined) return undefined;
      const read = Stored.safeParse(Item);
      if (!read.success)
        throw new Fault('Malformed', `the stored judgement of ${id} is none`, { cause: read.error });
      const { v: _v, ...judgement } = read.data;
      return judgement;
    },
  };
}
