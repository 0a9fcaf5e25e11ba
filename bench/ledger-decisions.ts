import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CLIENT_SETTINGS } from '../shared/adapters/aws/clients.ts';
import { decide, rule, type Store } from '../shared/kernel/index.ts';

const score = rule('bench-score', 1, ({ attempt }: { readonly attempt: number }) => ({ score: attempt * 2 }));

/** A client of the local AWS endpoint. */
export function localClient(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({
    ...CLIENT_SETTINGS,
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
}

/** Takes one decision with the kernel's decide(). */
export async function takeOne(store: Store, id: string, revision: number): Promise<void> {
  const deps = {
    store,
    clock: () => Date.now(),
    random: (bytes: number) => randomBytes(bytes),
    software: { version: 'bench', configDigest: 'bench' },
  };
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
}

/** The id of a subject of a run. */
export function subjectId(prefix: string, subject: number): string {
  return `${prefix}-${subject.toString().padStart(6, '0')}`;
}
