import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as after } from 'node:timers/promises';
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { documentClient } from '../../shared/adapters/aws/clients.ts';

type Tables = { decisions: string; payloads: string; heads: string; work: string; ledger: string };
export type TestDatabase = {
  readonly client: DynamoDBDocumentClient;
  readonly tables: Tables;
  readonly url: string;
  readonly stop: () => Promise<void>;
};

const INDEXES: Record<keyof Tables, readonly { name: string; pk: string; sk: string; sort: 'S' | 'N' }[]> = {
  decisions: [],
  payloads: [],
  heads: [
    { name: 'byKind', pk: 'kindPk', sk: 'createdAt', sort: 'S' },
    { name: 'byState', pk: 'statePk', sk: 'createdAt', sort: 'S' },
    { name: 'byService', pk: 'servicePk', sk: 'createdAt', sort: 'S' },
  ],
  work: [],
  ledger: [{ name: 'bySeq', pk: 'chainPage', sk: 'seq', sort: 'N' }],
};
const SORTED: readonly (keyof Tables)[] = ['decisions', 'payloads', 'work'];

/** Whether an engine is here: HOLDFAST_DYNAMODB_ENDPOINT names one, or Dynoxide's binary is installed. */
export const databaseMissing = endpoint() === undefined && binary() === undefined;

/** A database of our tables, fresh for this test file: Dynoxide on a free port, or the engine at the endpoint. */
export async function startDatabase(): Promise<TestDatabase> {
  const given = endpoint();
  const engine = given === undefined ? await startDynoxide() : undefined;
  const url = given ?? engine?.url ?? '';
  const raw = new DynamoDBClient({
    endpoint: url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 3,
  });
  await untilReady(raw);
  const suffix = `${process.pid}-${Date.now()}`;
  const name = async (table: keyof Tables): Promise<string> => await createTable(raw, table, suffix);
  const tables = {
    decisions: await name('decisions'),
    payloads: await name('payloads'),
    heads: await name('heads'),
    work: await name('work'),
    ledger: await name('ledger'),
  };
  return {
    client: documentClient(raw),
    tables,
    url,
    stop: async () => {
      raw.destroy();
      await engine?.stop();
    },
  };
}

async function createTable(client: DynamoDBClient, table: keyof Tables, suffix: string): Promise<string> {
  const TableName = `${table}-${suffix}`;
  const sorted = SORTED.includes(table);
  const indexes = INDEXES[table];
  const attributes = new Map<string, 'S' | 'N'>([
    ['pk', 'S'],
    ...(sorted ? ([['sk', 'S']] as const) : []),
    ...indexes.flatMap((index) => [[index.pk, 'S'] as const, [index.sk, index.sort] as const]),
  ]);
  const keys = (pk: string, sk?: string) => [
    { AttributeName: pk, KeyType: 'HASH' as const },
    ...(sk === undefined ? [] : [{ AttributeName: sk, KeyType: 'RANGE' as const }]),
  ];
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [...attributes].map(([AttributeName, AttributeType]) => ({
        AttributeName,
        AttributeType,
      })),
      KeySchema: keys('pk', sorted ? 'sk' : undefined),
      ...(indexes.length > 0 && {
        GlobalSecondaryIndexes: indexes.map((index) => ({
          IndexName: index.name,
          KeySchema: keys(index.pk, index.sk),
          Projection: { ProjectionType: 'ALL' as const },
        })),
      }),
    }),
  );
  return TableName;
}

function endpoint(): string | undefined {
  // biome-ignore lint/style/noProcessEnv: the second engine of the contract suite is named by the environment.
  return process.env.HOLDFAST_DYNAMODB_ENDPOINT;
}

function binary(): string | undefined {
  try {
    const found = createRequire(import.meta.url).resolve('@dynoxide/linux-x64/dynoxide');
    return existsSync(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

async function startDynoxide(): Promise<{ url: string; stop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-dynamodb-'));
  const port = await freePort();
  const child = spawn(
    binary() ?? 'dynoxide',
    ['serve', '--port', `${port}`, '--db-path', join(folder, 'db')],
    {
      stdio: 'ignore',
    },
  );
  return { url: `http://127.0.0.1:${port}`, stop: () => stopChild(child, folder) };
}

async function stopChild(child: ChildProcess, folder: string): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
  await rm(folder, { recursive: true, force: true });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

async function untilReady(client: DynamoDBClient): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.send(new ListTablesCommand({}));
      return;
    } catch (thrown) {
      if (attempt === 50) throw thrown;
      await after(100);
    }
  }
}
