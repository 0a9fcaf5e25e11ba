/** Writes a backlog of decisions that decide() took, 25 items a call: what a decision costs to take is measured elsewhere. */
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { documentClient, type StoreTables } from '../shared/adapters/aws/clients.ts';
import { headItem } from '../shared/adapters/aws/dynamodb-items.ts';
import { stepKey, subjectKey } from '../shared/adapters/aws/keys.ts';
import type { DecisionWrite, Store } from '../shared/kernel/index.ts';
import { localClient, subjectId, takeOne } from './ledger-decisions.ts';

type Plan = {
  readonly endpoint: string;
  readonly tables: StoreTables;
  readonly prefix: string;
  readonly subjects: number;
  readonly revisions: number;
};
type Put = { readonly table: string; readonly Item: Record<string, unknown> };

const PER_CALL = 25;
const AT_ONCE = 8;

const plan: Plan = JSON.parse(process.argv[2] ?? '{}');
const raw = localClient(plan.endpoint);
const client = documentClient(raw);

/** What the readers of the stream and the check for completeness look at; a subject's head only after its last revision. */
function itemsOf({ subject, envelope, head }: DecisionWrite): readonly Put[] {
  const { decisions, heads } = plan.tables;
  return [
    { table: decisions, Item: { ...envelope, ...stepKey(subject, envelope.rev) } },
    ...(head.rev === plan.revisions ? [{ table: heads, Item: headItem(subjectKey(subject), head) }] : []),
  ];
}

async function put(items: readonly Put[]): Promise<void> {
  const RequestItems: Record<string, { PutRequest: { Item: Record<string, unknown> } }[]> = {};
  for (const { table, Item } of items) {
    RequestItems[table] ??= [];
    RequestItems[table].push({ PutRequest: { Item } });
  }
  const { UnprocessedItems = {} } = await client.send(new BatchWriteCommand({ RequestItems }));
  if (Object.keys(UnprocessedItems).length > 0) throw new Error('the engine left items unwritten');
}

let next = 0;
async function work(): Promise<void> {
  let open: Put[] = [];
  const store = {
    write: async (write: DecisionWrite) => {
      open.push(...itemsOf(write));
      return { kind: 'written' };
    },
  } as unknown as Store;
  for (let subject = next++; subject < plan.subjects; subject = next++) {
    for (let revision = 1; revision <= plan.revisions; revision += 1)
      await takeOne(store, subjectId(plan.prefix, subject), revision);
    while (open.length >= PER_CALL) {
      await put(open.slice(0, PER_CALL));
      open = open.slice(PER_CALL);
    }
  }
  if (open.length > 0) await put(open);
}

const startedAt = Date.now();
await Promise.all(Array.from({ length: AT_ONCE }, work));
raw.destroy();
process.stdout.write(JSON.stringify({ startedAt, endedAt: Date.now() }));
