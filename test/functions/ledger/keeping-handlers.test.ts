import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { dynamoStore } from '../../../shared/adapters/aws/dynamodb-store.ts';
import { commitmentOf, decide, rule } from '../../../shared/kernel/index.ts';
import { Retention } from '../../../shared/ledger/erase/index.ts';
import { checkCompleteness, Entry, LedgerHead, verifyLedger } from '../../../shared/ledger/index.ts';
import { seededRandom } from '../../support/chance.ts';
import { databaseMissing, startDatabase, type TestDatabase } from '../../support/dynamodb.ts';

type Answer = { statusCode: number; body: string };
type Handler = (event: unknown, context: unknown) => Promise<unknown>;
const NAMES = {
  ...{ reconcile: 'reconcile-ledger', expire: 'expire-payloads', erase: 'erase-subject' },
  ...{ statement: 'get-ledger-statement', head: 'get-ledger-head', entries: 'list-entries' },
  ...{ subjects: 'list-ledger-subjects' },
} as const;

const context = { functionName: 'test', awsRequestId: 'test', getRemainingTimeInMillis: () => 10_000 };
const DAY = 86_400_000;
const echo = rule('echo', 1, (inputs: unknown) => inputs);

function request(part: { params?: object; body?: object; query?: object; role?: string }): object {
  return {
    ...{ routeKey: 'GET /', rawPath: '/', isBase64Encoded: false },
    ...{ pathParameters: part.params, queryStringParameters: part.query ?? {} },
    headers: { 'content-type': 'application/json' },
    ...(part.body !== undefined && { body: JSON.stringify(part.body) }),
    requestContext: {
      requestId: 'request-1',
      http: { method: 'POST', path: '/' },
      authorizer: { lambda: { subject: 'sub', person: 'dana', role: part.role ?? 'admin' } },
    },
  };
}

// keeping the ledger, over DynamoDB: one story, each test goes on where the one before ended
const told = test.skipIf(databaseMissing);
let database: TestDatabase;
let handlers: Record<keyof typeof NAMES, Handler>;

beforeAll(async () => {
  if (databaseMissing) return;
  database = await startDatabase();
  const { url, tables } = database;
  for (const [name, value] of Object.entries({
    ...{ AWS_ENDPOINT_URL: url, AWS_REGION: 'eu-west-1', LEDGER_ID: 'keeping' },
    ...{
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      SOFTWARE_VERSION: 't',
      CONFIG_DIGEST: 'd',
    },
    ...{ DECISIONS_TABLE: tables.decisions, PAYLOADS_TABLE: tables.payloads, HEADS_TABLE: tables.heads },
    ...{ LEDGER_TABLE: tables.ledger, WORK_TABLE: tables.work, PAYLOAD_RETENTION_DAYS: '30' },
    ...{ POWERTOOLS_DEV: 'false', POWERTOOLS_LOG_LEVEL: 'SILENT' },
  }))
    vi.stubEnv(name, value);
  const loaded = Object.entries(NAMES).map(async ([name, file]) => {
    const { handler } = await import(`../../../functions/ledger/${file}.ts`);
    return [name, handler as Handler] as const;
  });
  handlers = Object.fromEntries(await Promise.all(loaded)) as typeof handlers;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await database?.stop();
});

/** Decisions that were taken so long ago while nobody read the stream: its records are gone. */
async function decided(id: string, count: number, { daysAgo = 2, end = 'Aborted' } = {}) {
  const store = dynamoStore(database);
  const clock = () => Date.now() - daysAgo * DAY;
  const deps = { store, clock, random: seededRandom(7), software: { version: 't', configDigest: 'd' } };
  for (let rev = 1; rev <= count; rev += 1)
    await decide(deps, {
      subject: { kind: 'rollback', id },
      ...{ expectedRev: rev - 1, key: `${rev}`, correlationId: 'c', from: 'Old' },
      actor: { type: 'person', id: 'ada', via: 'api' },
      ...{ rule: echo, inputs: { note: 'what a person wrote' } },
      step: () => ({
        ...{ event: 'Stepped', reasons: [], data: {} },
        state: { kind: rev === count ? end : 'AwaitingMerge' },
      }),
    });
}

const call = async (name: keyof typeof NAMES, part: Parameters<typeof request>[0] = {}) => {
  const { statusCode, body } = (await handlers[name](request(part), context)) as Answer;
  return { status: statusCode, body: JSON.parse(body) };
};
const reconcile = () => handlers.reconcile({ time: new Date().toISOString() }, context);
const entries = async () => {
  const { body } = await call('entries', { query: { from: '0' } });
  return (body.items as { bytes: string }[]).map(({ bytes }) => bytes);
};
const parsed = async () => (await entries()).map((bytes) => Entry.parse(JSON.parse(bytes)));
const payloadsLeft = async (id: string): Promise<number> => {
  const { client, tables } = database;
  const ExpressionAttributeValues = { ':pk': `ROLLBACK#${id}` };
  const input = {
    TableName: tables.payloads,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues,
  };
  return (await client.send(new QueryCommand(input))).Count ?? 0;
};
const everySubject = async () => {
  const subjects: { kind: string; id: string; rev: number }[] = [];
  let cursor: string | undefined;
  do {
    const { body } = await call('subjects', { query: cursor === undefined ? {} : { cursor } });
    subjects.push(...body.items);
    cursor = body.cursor;
  } while (cursor !== undefined);
  return subjects;
};

told('the drill: a stream lost for over 24 hours is made up for, and the ledger is complete', async () => {
  for (const id of ['rbk_a', 'rbk_b', 'rbk_c']) await decided(id, 12);
  await reconcile();
  const head = LedgerHead.parse((await call('head')).body);
  expect(verifyLedger(await entries(), head)).toMatchObject({ kind: 'sound' });
  const sealed = await parsed();
  const decisions = sealed.filter(({ kind }) => kind === 'rollback');
  expect(decisions.map(({ via }) => via)).toEqual(Array.from({ length: 36 }, () => 'reconcile'));
  expect(checkCompleteness(sealed, await everySubject())).toMatchObject({ complete: true, unlisted: [] });
  // what had moved long ago is the full comparison's, which reports for itself
  expect(sealed.map(({ kind }) => kind).filter((kind) => kind !== 'rollback')).toEqual([
    'ledger.reconciled',
    'ledger.reconciled',
  ]);
});

told('an item that is no decision is read without harm, and becomes an entry', async () => {
  const Item = { pk: 'ROLLBACK#rbk_a', sk: 'REV#x', what: 'nonsense' };
  await database.client.send(new PutCommand({ TableName: database.tables.decisions, Item }));
  // the next full comparison is due tomorrow
  const Place = { pk: 'PLACE#reconcile/full', sk: '-', place: {} };
  await database.client.send(new PutCommand({ TableName: database.tables.work, Item: Place }));
  await reconcile();
  expect((await parsed()).filter(({ kind }) => kind === 'ledger.rejected')).toHaveLength(1);
});

told('erased over the API: entries first, payloads gone, asked again nothing more', async () => {
  const body = { kind: 'rollback', id: 'rbk_a', reason: 'a person asked for it' };
  expect(await call('erase', { body })).toMatchObject({ status: 200, body: { erased: 12, gone: 0 } });
  expect(await payloadsLeft('rbk_a')).toBe(0);
  expect(await payloadsLeft('rbk_b')).toBe(12);
  expect((await call('erase', { body })).body).toMatchObject({ erased: 0, gone: 12 });
  const erased = (await parsed()).filter(({ kind }) => kind === 'ledger.erased');
  expect(erased).toHaveLength(12);
  const [first] = erased;
  const params = { kind: 'ledger.erased', id: first?.id };
  const said = await call('statement', { params, role: 'viewer' });
  const salt = Buffer.from(said.body.salt, 'hex');
  expect(commitmentOf(salt, said.body.bytes)).toBe(first?.commitment);
  expect(JSON.parse(said.body.bytes)).toMatchObject({
    subject: { id: 'rbk_a', rev: 1 },
    reason: body.reason,
  });
});

told('who is no admin, an open subject, and fields that are none are refused by name', async () => {
  await decided('rbk_open', 2, { end: 'AwaitingMerge' });
  const body = { kind: 'rollback', id: 'rbk_open', reason: 'r' };
  expect((await call('erase', { body, role: 'approver' })).status).toBe(403);
  expect(await call('erase', { body })).toMatchObject({ status: 409, body: { errors: [{ path: 'id' }] } });
  const wrong = { kind: 'ledger.erased', id: '', reason: '', more: 1 };
  const refused = await call('erase', { body: wrong });
  expect(refused.status).toBe(400);
  const paths = (refused.body.errors as { path: string }[]).map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(['kind', 'id', 'reason']));
  const unknown = { kind: 'rollback', id: 'rbk_none', reason: 'r' };
  expect((await call('erase', { body: unknown })).status).toBe(404);
  const params = { kind: 'ledger.erased', id: '0'.repeat(64) };
  expect((await call('statement', { params })).status).toBe(404);
  const other = await call('statement', { params: { kind: 'rollback', id: 'rbk_b' } });
  expect(other).toMatchObject({ status: 400, body: { errors: [{ path: 'kind' }, { path: 'id' }] } });
});

told('the daily expiry removes nothing that is younger than its days', async () => {
  await handlers.expire({}, context);
  expect(await payloadsLeft('rbk_b')).toBe(12);
  expect((await parsed()).some(({ kind }) => kind === 'ledger.retention')).toBe(false);
});

told('a month later what had ended is gone, after an entry that names it', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31 * DAY });
  await handlers.expire({}, context);
  vi.useRealTimers();
  expect(await payloadsLeft('rbk_b')).toBe(0);
  expect(await payloadsLeft('rbk_open')).toBe(2);
  const all = await parsed();
  const [retention] = all.filter(({ kind }) => kind === 'ledger.retention');
  const said = await call('statement', { params: { kind: 'ledger.retention', id: retention?.id } });
  const { ranges } = Retention.parse(JSON.parse(said.body.bytes));
  const named = all.filter(({ seq }) => ranges.some(([from, to]) => seq >= from && seq < to));
  expect(new Set(named.map(({ kind, id }) => `${kind}/${id}`))).toEqual(
    new Set(['rollback/rbk_b', 'rollback/rbk_c']),
  );
  const head = LedgerHead.parse((await call('head')).body);
  expect(verifyLedger(await entries(), head)).toMatchObject({ kind: 'sound' });
});
