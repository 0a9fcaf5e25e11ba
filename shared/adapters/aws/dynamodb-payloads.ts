import {
  BatchGetCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
} from '@aws-sdk/lib-dynamodb';
import { Fault } from '../../kernel/index.ts';
import { LEDGER_KIND_PREFIX } from '../../ledger/contract.ts';
import type { Payloads, Statements } from '../../ledger/erase/ports.ts';
import type { EntryKey } from '../../ledger/ports.ts';
import { awsCall, backOff } from './failures.ts';
import { revKey, subjectKey } from './keys.ts';

type Deps = { readonly client: DynamoDBDocumentClient; readonly table: string };

const MAX_KEYS = 100;
const MAX_READS = 5;
const AT_ONCE = 10;

/** The payloads table, for whoever removes from it. Throws Fault: Unavailable, PermissionDenied. */
export function dynamoPayloads(deps: Deps): Payloads {
  return {
    present: async (decisions) => {
      const found = new Set<string>();
      for (let at = 0; at < decisions.length; at += MAX_KEYS)
        for (const name of await presentOf(deps, decisions.slice(at, at + MAX_KEYS))) found.add(name);
      return decisions.map((decision) => found.has(nameOf(keyOf(decision))));
    },
    remove: async (decisions) => {
      const own = decisions.find(({ kind }) => kind.startsWith(LEDGER_KIND_PREFIX));
      // the permissions say so too; a mistake must not look like an outage
      if (own !== undefined) throw new Error(`the content of ${own.kind} is never removed`);
      for (let at = 0; at < decisions.length; at += AT_ONCE)
        await Promise.all(decisions.slice(at, at + AT_ONCE).map((decision) => removeOne(deps, decision)));
    },
  };
}

/** What the ledger's own entries say. Throws Fault: Unavailable, PermissionDenied, Malformed. */
export function dynamoStatements({ client, table }: Deps): Statements {
  return {
    read: async (kind, id) => {
      const input = { TableName: table, Key: keyOf({ kind, id, rev: 1 }), ConsistentRead: true };
      const { Item } = await awsCall('GetItem', () => client.send(new GetCommand(input)));
      if (Item === undefined) return undefined;
      const { bytes, salt } = Item;
      if (typeof bytes === 'string' && typeof salt === 'string') return { bytes, salt };
      throw new Fault('Malformed', `the stored content of ${kind} ${id} has another form`);
    },
  };
}

async function presentOf(
  { client, table }: Deps,
  decisions: readonly EntryKey[],
): Promise<readonly string[]> {
  const found: string[] = [];
  let open: Record<string, unknown>[] = decisions.map(keyOf);
  for (let attempt = 1; open.length > 0; attempt += 1) {
    if (attempt > MAX_READS) throw new Fault('Unavailable', 'BatchGetItem left keys unread');
    if (attempt > 1) await backOff(attempt);
    const keys = { Keys: open, ConsistentRead: true, ProjectionExpression: 'pk, sk' };
    const input = { RequestItems: { [table]: keys } };
    const answer = await awsCall('BatchGetItem', () => client.send(new BatchGetCommand(input)));
    for (const { pk, sk } of answer.Responses?.[table] ?? [])
      found.push(nameOf({ pk: String(pk), sk: String(sk) }));
    open = answer.UnprocessedKeys?.[table]?.Keys ?? [];
  }
  return found;
}

async function removeOne({ client, table }: Deps, decision: EntryKey): Promise<void> {
  const input = { TableName: table, Key: keyOf(decision) };
  await awsCall('DeleteItem', () => client.send(new DeleteCommand(input)));
}

function keyOf(decision: EntryKey): { readonly pk: string; readonly sk: string } {
  return { pk: subjectKey(decision), sk: revKey(decision.rev) };
}

function nameOf({ pk, sk }: { readonly pk: string; readonly sk: string }): string {
  return `${pk}/${sk}`;
}
