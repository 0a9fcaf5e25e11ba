import { DeleteCommand, GetCommand, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { Fault, isoTime, millis } from '../../kernel/index.ts';
import type { StoredReading, Work } from '../../ports/index.ts';
import { dynamoEvaluations } from './dynamodb-evaluations.ts';
import { dynamoTallies, type Items } from './dynamodb-tallies.ts';
import { dynamoTold } from './dynamodb-told.ts';
import { awsCall } from './failures.ts';
import { putUnless } from './put-unless.ts';

// A wait outlives its deadline by a week, so that an operator still finds what was waited for.
const WAIT_KEPT_SECONDS = 7 * 86_400;
const READING_KEPT_SECONDS = 7 * 86_400;
// A reading is observed within its interval, and no interval is longer than this.
const LONGEST_INTERVAL_MS = 3_600_000;

const StoredWait = z.object({
  v: z.literal(1),
  token: z.string(),
  state: z.string(),
  deadline: z.string(),
  visit: z.string().exactOptional(),
});
const Reading = z.object({
  v: z.literal(1),
  service: z.string(),
  environment: z.string(),
  slot: z.string(),
  health: z.string(),
  sync: z.string(),
  revision: z.string().exactOptional(),
  desired: z.number().exactOptional(),
  available: z.number().exactOptional(),
  observedAt: z.string(),
});

/** The work table in DynamoDB; its name is asked for with each call. Throws Fault: Unavailable, PermissionDenied, Malformed. */
export function dynamoWork(items: Items): Work {
  return {
    ...{ ...waits(items), ...dynamoTold(items), ...readings(items) },
    ...{ ...dynamoTallies(items), ...dynamoEvaluations(items) },
  };
}

function waits(items: Items): Pick<Work, 'putWait' | 'wait' | 'deleteWait'> {
  const key = (id: string, state: string) => ({ pk: `WAIT#rollback#${id}`, sk: state });
  return {
    putWait: async (id, wait) => {
      const expiresAt = epochSeconds(wait.deadline) + WAIT_KEPT_SECONDS;
      const Item = { ...key(id, wait.state), v: 1, ...wait, expiresAt };
      return await putUnless(items, { Item, ...(wait.visit !== undefined && notLater(wait.visit)) });
    },
    wait: async (id, state) => {
      const input = { TableName: items.table, Key: key(id, state), ConsistentRead: true };
      const { Item } = await awsCall('GetItem', () => items.client.send(new GetCommand(input)));
      if (Item === undefined) return undefined;
      const { v: _v, ...wait } = parse(StoredWait, Item);
      return wait;
    },
    deleteWait: async (id, state) => {
      const input = { TableName: items.table, Key: key(id, state) };
      await awsCall('DeleteItem', () => items.client.send(new DeleteCommand(input)));
    },
  };
}

function readings(items: Items): Pick<Work, 'putReading' | 'readings' | 'lastReading'> {
  const query = async (input: Omit<QueryCommandInput, 'TableName'>) => {
    const whole = { TableName: items.table, ConsistentRead: true, ...input };
    return await awsCall('Query', () => items.client.send(new QueryCommand(whole)));
  };
  return {
    putReading: (reading) => putReading(items, reading),
    readings: async (service, environment, since) => {
      const found: StoredReading[] = [];
      let start: Record<string, unknown> | undefined;
      do {
        const page = await query({
          KeyConditionExpression: 'pk = :pk AND sk >= :slot',
          FilterExpression: 'observedAt >= :since',
          ExpressionAttributeValues: {
            ':pk': readingKey(service, environment),
            ':slot': isoTime(millis(since) - LONGEST_INTERVAL_MS),
            ':since': since,
          },
          ...(start !== undefined && { ExclusiveStartKey: start }),
        });
        found.push(...(page.Items ?? []).map(readingOf));
        start = page.LastEvaluatedKey;
      } while (start !== undefined);
      return found;
    },
    lastReading: async (service, environment) => {
      const page = await query({
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': readingKey(service, environment) },
        ScanIndexForward: false,
        Limit: 1,
      });
      const item = page.Items?.[0];
      return item === undefined ? undefined : readingOf(item);
    },
  };
}

/** Not over a wait that a later try has put; one of an earlier release says nothing of tries. */
const notLater = (visit: string) => ({
  ConditionExpression: 'attribute_not_exists(pk) OR attribute_not_exists(visit) OR visit <= :visit',
  ExpressionAttributeValues: { ':visit': visit },
});

async function putReading(items: Items, reading: StoredReading): Promise<boolean> {
  return await putUnless(items, {
    Item: {
      pk: readingKey(reading.service, reading.environment),
      sk: reading.slot,
      v: 1,
      ...reading,
      expiresAt: epochSeconds(reading.observedAt) + READING_KEPT_SECONDS,
    },
    ConditionExpression: 'attribute_not_exists(pk)',
  });
}

function readingKey(service: string, environment: string): string {
  return `READING#${service}#${environment}`;
}

function readingOf(item: Record<string, unknown>): StoredReading {
  const { v: _v, ...reading } = parse(Reading, item);
  return reading;
}

function parse<T>(schema: z.ZodType<T>, item: Record<string, unknown>): T {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  throw new Fault('Malformed', `the work item ${String(item.pk)} has another form`, {
    cause: parsed.error,
  });
}

function epochSeconds(iso: string): number {
  return Math.floor(millis(iso) / 1_000);
}
