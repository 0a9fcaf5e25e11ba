/** Takes decisions as functions do, with the kernel's decide() and the DynamoDB adapter, over the local AWS endpoint. */
import { documentClient, type StoreTables } from '../shared/adapters/aws/clients.ts';
import { dynamoStore } from '../shared/adapters/aws/dynamodb-store.ts';
import { localClient, subjectId, takeOne } from './ledger-decisions.ts';

type Plan = {
  readonly endpoint: string;
  readonly tables: StoreTables;
  readonly prefix: string;
  readonly subjects: number;
  readonly revisions: number;
  readonly atOnce: number;
};

const plan: Plan = JSON.parse(process.argv[2] ?? '{}');
const raw = localClient(plan.endpoint);
const store = dynamoStore({ client: documentClient(raw), tables: plan.tables });

let next = 0;
const latencies: number[] = [];
async function work(): Promise<void> {
  for (let subject = next++; subject < plan.subjects; subject = next++) {
    for (let revision = 1; revision <= plan.revisions; revision += 1) {
      const startedAt = performance.now();
      await takeOne(store, subjectId(plan.prefix, subject), revision);
      latencies.push(performance.now() - startedAt);
    }
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
