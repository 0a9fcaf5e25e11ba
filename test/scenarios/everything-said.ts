import {
  type AttributeValue,
  DynamoDBClient,
  ListTablesCommand,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import type { World } from '../../local/world.ts';
import type { TestWorld } from '../support/local-world.ts';
import { secretsIn } from '../support/secrets-in.ts';

type Item = Readonly<Record<string, AttributeValue>>;

/**
 * What a run has written, by place: logs, what went over the bus, every table, what lies in queues and buckets (the
 * ledger's public files among it), pull requests and issues at the forge with what stands under them, the chat, and what
 * the API shows.
 */
export async function everythingSaid(world: TestWorld): Promise<ReadonlyMap<string, string>> {
  const tables = await tableTexts(world);
  const signals = await Promise.all(
    ['routed', 'unroutable'].map((routing) => world.api('GET', `/v1/signals?routing=${routing}&limit=100`)),
  );
  return new Map([
    ['logs', world.logText()],
    ['events', world.kept('event_archive', 'event').join('\n')],
    ['dead letters and other messages', world.kept('queued', 'body').join('\n')],
    ['files', world.kept('object_versions', 'body').join('\n')],
    ['forge', world.forgeText()],
    ['chat', JSON.stringify(world.sandbox.inbox.messages())],
    ['signals', JSON.stringify(signals)],
    ...tables,
  ]);
}

/** Which secrets of a run stand where: what was drawn for it, the tokens of its roles and of its waits, and all of their forms. */
export async function secretsSaid(
  world: TestWorld,
  said: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const roles = (['viewer', 'operator', 'approver', 'admin'] as const).map(
    (role) => [`the token of the ${role}`, world.token(role)] as const,
  );
  const tokens = (await taskTokens(world)).map((token) => ['a task token', token] as const);
  return secretsIn(said, [...Object.entries(world.secrets), ...roles, ...tokens]);
}

/** The tokens by which waiting workflows are woken: whoever has one may answer for the function that waits. */
export async function taskTokens(world: World): Promise<readonly string[]> {
  const items = (await Promise.all((await tableNames(world)).map((table) => scan(world, table)))).flat();
  return items.flatMap(({ pk, token }) =>
    pk?.S?.startsWith('WAIT#') === true && token?.S !== undefined ? [token.S] : [],
  );
}

/** Waits are kept in the table Work, tokens included: it is the one place where those may stand. */
async function tableTexts(world: World): Promise<readonly (readonly [string, string])[]> {
  return Promise.all(
    (await tableNames(world)).map(async (table) => {
      const items = (await scan(world, table)).filter(({ pk }) => pk?.S?.startsWith('WAIT#') !== true);
      return [table, JSON.stringify(items)] as const;
    }),
  );
}

async function tableNames(world: World): Promise<readonly string[]> {
  return (await clientOf(world).send(new ListTablesCommand({}))).TableNames ?? [];
}

async function scan(world: World, table: string): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const page of paginateScan({ client: clientOf(world) }, { TableName: table }))
    items.push(...(page.Items ?? []));
  return items;
}

function clientOf(world: World): DynamoDBClient {
  return new DynamoDBClient({
    endpoint: world.cloud.aws,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
}
