import { EventEmitter, once } from 'node:events';
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
  const writes = new EventEmitter().setMaxListeners(0);
  const written = (action: string, input: Json): void => {
    for (const table of tablesWritten(action, input)) writes.emit(`wrote ${table}`);
  };
  return {
    client,
    nextWrite: async (table, limit) => {
      await once(writes, `wrote ${table}`, { signal: AbortSignal.timeout(limit) }).catch(() => undefined);
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
function tablesWritten(action: string, input: Json): ReadonlySet<string> {
  const items = listAt(input, 'TransactItems').flatMap((item) => (isJson(item) ? Object.values(item) : []));
  const written = /^(Put|Update|Delete)Item$/.test(action) ? [input] : items;
  return new Set(written.map((item) => lastPart(textAt(item, 'TableName') ?? '')));
}
