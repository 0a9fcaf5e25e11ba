import { isJson, type Json, lastPart, listAt, textAt } from '../aws/shapes.ts';
import type { AwsService, Resource } from '../types.ts';
import { createEngineClient, type EngineAnswer, type EngineClient } from './client.ts';
import { startEngine } from './engine.ts';
import { createTables } from './tables.ts';

export type DynamoDb = {
  readonly service: AwsService;
  /** A call whose bytes go to the engine untouched; `input` is the same body, already parsed. */
  readonly forward: (target: string, body: Buffer, input: Json) => Promise<EngineAnswer>;
  readonly client: EngineClient;
  /** Resolves at the next write to the table, or after `limit` ms, so that stream readers need not poll. */
  readonly nextWrite: (table: string, limit: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** The tables of the template, in the embedded engine or at `endpoint`. */
export async function createDynamoDb(options: {
  readonly resources: readonly Resource[];
  readonly dataDir: string;
  readonly endpoint?: string;
}): Promise<DynamoDb> {
  const engine = await startEngine(options);
  const client = createEngineClient(engine.endpoint);
  await createTables(client, options.resources);
  const sleepers = new Set<{ readonly table: string; readonly wake: () => void }>();
  const written = (action: string, input: Json): void => {
    const tables = tablesWritten(action, input);
    for (const { table, wake } of sleepers) if (tables.includes(table)) wake();
  };
  return {
    client,
    nextWrite: async (table, limit) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const sleeper = { table, wake: resolve };
      const timer = setTimeout(resolve, limit);
      sleepers.add(sleeper);
      await promise;
      sleepers.delete(sleeper);
      clearTimeout(timer);
    },
    forward: async (target, body, input) => {
      const answer = await client.forward(target, body);
      if (answer.status === 200) written(target.split('.').at(-1) ?? '', input);
      return answer;
    },
    service: async (action, input) => {
      const output = await client.call(`DynamoDB_20120810.${action}`, input);
      written(action, input);
      return output;
    },
    close: async () => {
      client.close();
      await engine.close();
    },
  };
}

/** An action that writes otherwise is not missed: its records wait for the reader's next poll. */
function tablesWritten(action: string, input: Json): readonly string[] {
  if (/^(Put|Update|Delete)Item$/.test(action)) return [lastPart(textAt(input, 'TableName') ?? '')];
  if (action !== 'TransactWriteItems') return [];
  const items = listAt(input, 'TransactItems').flatMap((item) => (isJson(item) ? Object.values(item) : []));
  return items.map((item) => lastPart(textAt(item, 'TableName') ?? ''));
}
