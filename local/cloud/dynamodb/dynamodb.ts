import type { Json } from '../aws/shapes.ts';
import type { AwsService, Resource } from '../types.ts';
import { createEngineClient, type EngineAnswer, type EngineClient } from './client.ts';
import { startEngine } from './engine.ts';
import { createTables } from './tables.ts';
import { createWakes, type Wakes } from './wake.ts';

export type DynamoDb = {
  readonly service: AwsService;
  /** A call whose bytes go to the engine untouched; `input` is the same body, already parsed. */
  readonly forward: (target: string, body: Buffer, input: Json) => Promise<EngineAnswer>;
  readonly client: EngineClient;
  readonly wakes: Wakes;
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
  const wakes = createWakes();
  return {
    client,
    wakes,
    forward: async (target, body, input) => {
      const answer = await client.forward(target, body);
      if (answer.status === 200) wakes.written(target.split('.').at(-1) ?? '', input);
      return answer;
    },
    service: async (action, input) => {
      const output = await client.call(`DynamoDB_20120810.${action}`, input);
      wakes.written(action, input);
      return output;
    },
    close: async () => {
      client.close();
      await engine.close();
    },
  };
}
