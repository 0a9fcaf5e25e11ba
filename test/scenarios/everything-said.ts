import {
  type AttributeValue,
  DynamoDBClient,
  ListTablesCommand,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import { commentsOn, pullRequestsOf } from '../../local/scenarios/at-forge.ts';
import type { World } from '../../local/world.ts';
import type { TestWorld } from '../support/local-world.ts';

type Item = Readonly<Record<string, AttributeValue>>;

/** What a run has written, by place: logs, every table, the texts at the forge, the chat, and what the API shows. */
export async function everythingSaid(
  world: TestWorld,
  repositories: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const tables = await tableTexts(world);
  const forge = await Promise.all(
    repositories.map(async (name) => [name, await textsAt(world, name)] as const),
  );
  const signals = await Promise.all(
    ['routed', 'unroutable'].map((routing) => world.api('GET', `/v1/signals?routing=${routing}&limit=100`)),
  );
  return new Map([
    ['logs', world.logText()],
    ['chat', JSON.stringify(world.sandbox.inbox.messages())],
    ['signals', JSON.stringify(signals)],
    ...tables,
    ...forge,
  ]);
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

async function textsAt(world: World, repository: string): Promise<string> {
  const pulls = await pullRequestsOf(world, repository);
  const comments = await Promise.all(pulls.map(({ number }) => commentsOn(world, { repository, number })));
  return JSON.stringify([pulls.map(({ title, body, head }) => [title, body, head.ref]), comments]);
}
