import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamoStore } from '../../shared/adapters/aws/dynamodb-store.ts';
import { dynamoWork } from '../../shared/adapters/aws/dynamodb-work.ts';
import { openRollbackAttempt, type RollbackDeps, timingsAt } from '../../shared/rollbacks/index.ts';
import { putAutonomy, putService } from '../../shared/services/index.ts';
import { seededRandom } from '../support/chance.ts';
import { databaseMissing, startDatabase, type TestDatabase } from '../support/dynamodb.ts';
import type { Answer } from '../support/rollback-tasks.ts';
import { type Bundles, bundlesAt } from './bundles.ts';
import { RELEASES, type Sent } from './releases.ts';

/** Bundling and synthesising, where nothing has made the assembly before. */
const PATIENCE_MS = 240_000;

let database: TestDatabase;
let bundles: Bundles;

const errorOf = ({ FunctionError, Payload }: Answer) =>
  FunctionError === undefined ? undefined : (Payload as { errorType: string }).errorType;

/** A degraded service and its attempt, in the tables; nobody has started a workflow for it. */
async function openedAttempt() {
  const { client, tables } = database;
  const work = dynamoWork({ client, table: tables.work });
  const deps: RollbackDeps = {
    ...{ store: dynamoStore({ client, tables }), work, clock: Date.now, random: seededRandom() },
    ...{ software: { version: 'test', configDigest: 'test' }, factor: 1, timings: timingsAt(1) },
    meter: { count: () => {}, measure: () => {} },
    workflow: { startRollback: async () => {}, watchNow: async () => {}, wake: async () => {} },
  };
  const actor = { type: 'person', id: 'ada', via: 'api' } as const;
  const manifest = { repository: 'acme/gitops', branch: 'main', path: 'shop.yaml', pointer: '/tag' };
  const staging = { platform: 'argocd' as const, application: 'shop', manifest };
  const document = {
    ...{ tier: 1, owners: ['team'], repository: 'acme/shop', environments: { staging } },
    ...{ selectors: [], slos: [], dependencies: [] },
  };
  const place = { service: 'shop', environment: 'staging' };
  const asked = { actor, correlationId: 'set-up', key: 'set-up' };
  await putService(deps, { name: 'shop', document, ...asked });
  await putAutonomy(deps, { ...place, action: 'rollback', level: 'auto' }, asked);
  const trigger = { type: 'signal', id: 'one', text: 'degraded' } as const;
  const opening = await openRollbackAttempt(deps, { ...place, trigger, actor });
  if (!('id' in opening)) throw new Error(opening.reasons.join());
  return { id: opening.id, work };
}

describe.skipIf(databaseMissing)(
  'the tasks of the rollback machine, from the bundles that are deployed',
  () => {
    beforeAll(async () => {
      database = await startDatabase();
      bundles = await bundlesAt(database);
    }, PATIENCE_MS);
    afterAll(async () => {
      await bundles?.close();
      await database?.stop();
    });

    describe.each(RELEASES)('called by the machine of release $release', ({ functions, sent }) => {
      test.each(functions)('%s takes what it is sent, and not without its rollback', async (name) => {
        const payload: Sent[number]['payload'] = sent.find(({ task }) => task === name)?.payload ?? {};
        // through its schema, and asks the table for an attempt that is not there
        expect(errorOf(await bundles.invoke(name, payload))).toBe('NotFound');
        const { rollbackId: _missing, ...less } = payload;
        expect(errorOf(await bundles.invoke(name, less))).toBe('InvalidInput');
      });

      test('AwaitRollback writes the wait of an attempt down, as the sweep finds it', async () => {
        const { id, work } = await openedAttempt();
        const first = sent.find(({ task }) => task === 'AwaitRollback');
        const answer = await bundles.invoke('AwaitRollback', { ...first?.payload, rollbackId: id });
        expect(answer).toEqual({ Payload: {} });
        expect(await work.wait(id, 'DegradationDetected')).toMatchObject({ token: first?.payload.token });
      });
    });
  },
);
