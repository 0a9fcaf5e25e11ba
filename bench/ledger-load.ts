/** Takes decisions as functions do, with the kernel's decide() and the DynamoDB adapter, over the local AWS endpoint. */
import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CLIENT_SETTINGS, documentClient, type StoreTables } from '../shared/adapters/aws/clients.ts';
import { dynamoStore } from '../shared/adapters/aws/dynamodb-store.ts';
import { decide, rule } from '../shared/kernel/index.ts';

type Plan = {
  readonly endpoint: string;
  readonly tables: StoreTables;
  readonly prefix: string;
  readonly subjects: number;
  readonly revisions: number;
  readonly atOnce: number;
};

const plan: Plan = JSON.parse(process.argv[2] ?? '{}');
const raw = new DynamoDBClient({
  ...CLIENT_SETTINGS,
  endpoint: plan.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
const deps = {
  store: dynamoStore({ client: documentClient(raw), tables: plan.tables }),
  clock: () => Date.now(),
  random: (bytes: number) => randomBytes(bytes),
  software: { version: 'bench', configDigest: 'bench' },
};
const score = rule('bench-score', 1, ({ attempt }: { readonly attempt: number }) => ({ score: attempt * 2 }));

async function takeOne(id: string, revision: number): Promise<number> {
  const startedAt = performance.now();
  await decide(deps, {
    subject: { kind: 'evaluation', id },
    expectedRev: revision - 1,
    key: `${id}/${revision}`,
    correlationId: id,
    service: 'bench',
    environment: 'staging',
    actor: { type: 'system', id: 'bench', via: 'workflow' },
    from: revision === 1 ? 'None' : 'Scored',
    rule: score,
    inputs: { attempt: revision },
    step: (outcome) => ({
      event: 'EvaluationScored',
      reasons: [{ code: 'SCORED', text: `the score is ${outcome.score}` }],
      state: { kind: 'Scored' },
      data: outcome,
    }),
  });
  return performance.now() - startedAt;
}

let next = 0;
const latencies: number[] = [];
async function work(): Promise<void> {
  for (let subject = next++; subject < plan.subjects; subject = next++) {
    const id = `${plan.prefix}-${subject.toString().padStart(6, '0')}`;
    for (let revision = 1; revision <= plan.revisions; revision += 1)
      latencies.push(await takeOne(id, revision));
  }
}

const startedAt = Date.now();
await Promise.all(Array.from({ length: plan.atOnce }, work));
raw.destroy();
process.stdout.write(
  JSON.stringify({
    startedAt,
    endedAt: Date.now(),
    latencies: latencies.map((latency) => Math.round(latency * 10) / 10),
  }),
);
