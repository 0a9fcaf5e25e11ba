import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { Fault, isoTime } from '../../kernel/index.ts';
import type { Lease, Leases } from '../../ports/leases.ts';
import { awsCall, errorName } from './failures.ts';

// The counter outlives the lease: whoever comes within this time gets a greater one than the last holder.
const COUNTER_KEPT_SECONDS = 400 * 86_400;
const TRIES = 3;

const Item = z.object({
  v: z.literal(1),
  owner: z.string(),
  fencing: z.int().positive(),
  /** Milliseconds; 0 when it was given back. */
  heldUntil: z.number(),
});
type Held = z.infer<typeof Item>;
type Table = { readonly client: DynamoDBDocumentClient; readonly table: string };

/**
 * Leases in the work table, `LEASE#<name>`, by conditional writes. A fencing token is the last one plus one and at least
 * the second of its taking, so that it grows even after the item was lost. Throws Fault: Unavailable, PermissionDenied,
 * Malformed.
 */
export function dynamoLeases(deps: Table): Leases {
  return {
    acquire: (name, owner, forMs, now) => acquire(deps, { name, owner, forMs, now }),
    renew: async (lease, forMs, now) => {
      const { name, owner } = lease;
      const renewed = await put(deps, leaseOf(lease, now + forMs), {
        ConditionExpression: 'fencing = :fencing AND #owner = :owner AND heldUntil > :now',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':fencing': lease.fencing, ':owner': owner, ':now': now },
      });
      if (renewed !== undefined) return renewed;
      throw new Fault('Conflict', `the lease ${name} is no longer held by ${owner}`);
    },
    release: (lease) => release(deps, lease),
    holds: async ({ name, owner, fencing }, now) => {
      const held = await read(deps, name);
      return held?.owner === owner && held.fencing === fencing && held.heldUntil > now;
    },
  };
}

type Wish = { readonly name: string; readonly owner: string; readonly forMs: number; readonly now: number };

async function acquire(deps: Table, { name, owner, forMs, now }: Wish): Promise<Lease | undefined> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const last = await read(deps, name);
    const isHeld = last !== undefined && last.heldUntil > now;
    if (isHeld && last.owner !== owner) return undefined;
    const fencing = isHeld ? last.fencing : Math.max((last?.fencing ?? 0) + 1, Math.floor(now / 1000));
    const taken = await put(deps, leaseOf({ name, owner, fencing }, now + forMs), unchanged(last));
    if (taken !== undefined) return taken;
  }
  // Others take it faster than we read: one of them has it.
  return undefined;
}

type Condition = Pick<
  ConstructorParameters<typeof PutCommand>[0],
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

function unchanged(last: Held | undefined): Condition {
  if (last === undefined) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression: 'fencing = :fencing AND #owner = :owner AND heldUntil = :heldUntil',
    ExpressionAttributeNames: { '#owner': 'owner' },
    ExpressionAttributeValues: {
      ...{ ':fencing': last.fencing, ':owner': last.owner, ':heldUntil': last.heldUntil },
    },
  };
}

async function put(
  { client, table }: Table,
  lease: Lease & { readonly heldUntil: number },
  condition: Condition,
): Promise<Lease | undefined> {
  const { name, until, heldUntil, ...holder } = lease;
  const expiresAt = Math.floor(heldUntil / 1000) + COUNTER_KEPT_SECONDS;
  const Item = { ...keyOf(name), v: 1, ...holder, heldUntil, expiresAt };
  const written = await conditionally('PutItem', () =>
    client.send(new PutCommand({ TableName: table, Item, ...condition })),
  );
  return written ? { name, until, ...holder } : undefined;
}

async function release({ client, table }: Table, { name, owner, fencing }: Lease): Promise<void> {
  const input = {
    TableName: table,
    Key: keyOf(name),
    UpdateExpression: 'SET heldUntil = :none',
    ConditionExpression: 'fencing = :fencing AND #owner = :owner',
    ExpressionAttributeNames: { '#owner': 'owner' },
    ExpressionAttributeValues: { ':none': 0, ':fencing': fencing, ':owner': owner },
  };
  await conditionally('UpdateItem', () => client.send(new UpdateCommand(input)));
}

async function read({ client, table }: Table, name: string): Promise<Held | undefined> {
  const input = { TableName: table, Key: keyOf(name), ConsistentRead: true };
  const answer = await awsCall('GetItem', () => client.send(new GetCommand(input)));
  if (answer.Item === undefined) return undefined;
  const parsed = Item.safeParse(answer.Item);
  if (parsed.success) return parsed.data;
  throw new Fault('Malformed', `the lease ${name} has another form`, { cause: parsed.error });
}

/** Whether the condition held. */
async function conditionally(call: string, run: () => Promise<unknown>): Promise<boolean> {
  try {
    await run();
    return true;
  } catch (thrown) {
    if (errorName(thrown) === 'ConditionalCheckFailedException') return false;
    return await awsCall(call, () => Promise.reject(thrown));
  }
}

function leaseOf(
  holder: Pick<Lease, 'name' | 'owner' | 'fencing'>,
  heldUntil: number,
): Lease & { readonly heldUntil: number } {
  const { name, owner, fencing } = holder;
  return { name, owner, fencing, until: isoTime(heldUntil), heldUntil };
}

function keyOf(name: string): { readonly pk: string; readonly sk: string } {
  return { pk: `LEASE#${name}`, sk: '-' };
}
