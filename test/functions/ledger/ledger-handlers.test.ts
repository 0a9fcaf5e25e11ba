import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { LedgerHead, verifyLedger } from '../../../shared/ledger/index.ts';
import { decisionRecord } from '../../support/decision-records.ts';
import { databaseMissing, startDatabase, type TestDatabase } from '../../support/dynamodb.ts';

type Answer = { statusCode: number; body: string };
type Handler = (event: unknown, context: unknown) => Promise<unknown>;

const context = { functionName: 'test', awsRequestId: 'test', getRemainingTimeInMillis: () => 10_000 };

/** An image as a stream carries it. */
function marshall(image: object): Record<string, object> {
  return Object.fromEntries(Object.entries(image).map(([name, value]) => [name, attribute(value)]));
}

function attribute(value: unknown): object {
  if (typeof value === 'number') return { N: String(value) };
  if (Array.isArray(value)) return { L: value.map(attribute) };
  if (typeof value === 'object' && value !== null) return { M: marshall(value) };
  return { S: String(value) };
}

function streamEvent(...records: { keys: object; newImage?: object; change: string }[]): object {
  return {
    Records: records.map(({ change, keys, newImage }, at) => ({
      eventID: `event-${at}`,
      eventName: change,
      dynamodb: {
        SequenceNumber: `${1_000 + at}`,
        ApproximateCreationDateTime: 1_795_255_200,
        Keys: marshall(keys),
        ...(newImage !== undefined && { NewImage: marshall(newImage) }),
      },
    })),
  };
}

function request(query: Record<string, string> = {}, role = 'viewer'): object {
  return {
    ...{ routeKey: 'GET /', rawPath: '/', isBase64Encoded: false, queryStringParameters: query },
    requestContext: {
      requestId: 'request-1',
      http: { method: 'GET', path: '/' },
      authorizer: { lambda: { subject: 'sub', role } },
    },
  };
}

describe.skipIf(databaseMissing)('the ledger handlers over DynamoDB', () => {
  let database: TestDatabase;
  let seal: Handler;
  let publish: Handler;
  let routes: Record<'entries' | 'head' | 'subjects', Handler>;

  beforeAll(async () => {
    database = await startDatabase();
    const { url, tables } = database;
    for (const [name, value] of Object.entries({
      ...{ AWS_ENDPOINT_URL: url, AWS_REGION: 'eu-west-1', LEDGER_ID: 'handlers', EVENT_BUS: 'bus' },
      ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
      ...{ DECISIONS_TABLE: tables.decisions, PAYLOADS_TABLE: tables.payloads, HEADS_TABLE: tables.heads },
      ...{ LEDGER_TABLE: tables.ledger, POWERTOOLS_DEV: 'false', POWERTOOLS_LOG_LEVEL: 'SILENT' },
    })) {
      vi.stubEnv(name, value);
    }
    seal = (await import('../../../functions/ledger/seal-decisions.ts')).handler;
    publish = (await import('../../../functions/ledger/publish-events.ts')).handler;
    routes = {
      entries: (await import('../../../functions/ledger/list-entries.ts')).handler as unknown as Handler,
      head: (await import('../../../functions/ledger/get-ledger-head.ts')).handler as unknown as Handler,
      subjects: (await import('../../../functions/ledger/list-ledger-subjects.ts'))
        .handler as unknown as Handler,
    };
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await database?.stop();
  });

  const read = async (route: keyof typeof routes, query?: Record<string, string>) => {
    const answer = (await routes[route](request(query), context)) as Answer;
    return { status: answer.statusCode, body: JSON.parse(answer.body) };
  };

  test('what the stream delivers is sealed and can be verified from what the API serves', async () => {
    const poison = { change: 'INSERT', keys: { pk: 'x', sk: 'y' }, newImage: { pk: 'x', sk: 'y' } };
    const event = streamEvent(decisionRecord('h', 1), poison, decisionRecord('h', 2));
    expect(await seal(event, context)).toEqual({ batchItemFailures: [] });
    expect(await seal(event, context)).toEqual({ batchItemFailures: [] });
    const head = await read('head');
    expect(head.body).toMatchObject({ ledgerId: 'handlers', size: 3 });
    const { body } = await read('entries', { from: '0' });
    const bytes = (body.items as { bytes: string }[]).map((item) => item.bytes);
    const verdict = verifyLedger(bytes, LedgerHead.parse(head.body));
    expect(verdict).toEqual({ kind: 'sound', size: 3, root: head.body.root });
    expect((await read('entries', { from: '1', to: '2' })).body.items).toHaveLength(1);
  });

  test('a query that is no range is refused with the field named, and a caller without a role too', async () => {
    const bad = await read('entries', { from: '-1' });
    expect(bad).toMatchObject({ status: 400, body: { errors: [{ path: 'from' }] } });
    const stranger = (await routes.head(request({}, ''), context)) as Answer;
    expect(stranger.statusCode).toBe(403);
  });

  test('subjects are served page by page until there is no cursor', async () => {
    let query: Record<string, string> = {};
    for (let pages = 0; pages < 20; pages += 1) {
      const { status, body } = await read('subjects', query);
      expect(status).toBe(200);
      if (body.cursor === undefined) return;
      query = { cursor: body.cursor };
    }
    expect.unreachable('the cursor never ended');
  });

  test('a batch without events publishes nothing and fails nothing', async () => {
    const removed = streamEvent({ change: 'REMOVE', keys: { pk: 'x', sk: 'y' } });
    expect(await publish(removed, context)).toEqual({ batchItemFailures: [] });
  });
});
