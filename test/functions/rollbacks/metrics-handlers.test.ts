import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { HttpHandler } from '../../../functions/runtime/http.ts';
import type { HttpAnswer } from '../../../functions/runtime/problem.ts';
import { rollbackEventExamples } from '../../../shared/rollbacks/events.examples.ts';
import { serviceDocument } from '../../shared/services/documents.ts';
import { databaseMissing, startDatabase, type TestDatabase } from '../../support/dynamodb.ts';
import { CONTEXT, httpEvent } from '../runtime/events.ts';

const SECRETS = { metrics: ['newer', 'older', ''], github: ['theirs'] };

/** A Secrets Manager with the lists of this test. */
async function startSecrets(): Promise<Server> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ SecretString: JSON.stringify(SECRETS) }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

function setEnvironment({ url, tables }: TestDatabase, secretsUrl: string): void {
  for (const [name, value] of Object.entries({
    ...{ AWS_ENDPOINT_URL: url, AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsUrl, AWS_REGION: 'eu-west-1' },
    ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', WEBHOOK_SECRETS: 'arn' },
    ...{ DECISIONS_TABLE: tables.decisions, PAYLOADS_TABLE: tables.payloads, HEADS_TABLE: tables.heads },
    ...{ WORK_TABLE: tables.work, SOFTWARE_VERSION: '1.0.0', CONFIG_DIGEST: 'd' },
    ...{ POWERTOOLS_DEV: 'false', POWERTOOLS_LOG_LEVEL: 'SILENT' },
  }))
    vi.stubEnv(name, value);
}

const PLACE = 'service="shop",environment="staging"';
/** What the examples of all events make when each counts once. */
const COUNTED = [
  `degradations_detected_total{${PLACE}} 1`,
  `rollbacks_proposed_total{${PLACE},success="true"} 1`,
  `rollbacks_proposed_total{${PLACE},success="false"} 1`,
  `rollbacks_merged_total{${PLACE},auto="true"} 1`,
  `rollbacks_merged_total{${PLACE},auto="false"} 1`,
  `rollbacks_recovered_total{${PLACE}} 1`,
  `time_to_detect_seconds_bucket{${PLACE},le="15"} 0`,
  `time_to_detect_seconds_bucket{${PLACE},le="30"} 1`,
  `time_to_detect_seconds_bucket{${PLACE},le="14400"} 1`,
  `time_to_detect_seconds_bucket{${PLACE},le="+Inf"} 1`,
  `time_to_mitigate_seconds_sum{${PLACE}} 362`,
  `time_to_recover_seconds_count{${PLACE}} 1`,
];

describe.skipIf(databaseMissing)('metrics from the bus to a scrape, over DynamoDB', () => {
  let database: TestDatabase;
  let secrets: Server;
  let measure: (event: unknown, context: unknown) => Promise<unknown>;
  let expose: HttpHandler;

  beforeAll(async () => {
    database = await startDatabase();
    secrets = await startSecrets();
    setEnvironment(database, `http://127.0.0.1:${(secrets.address() as AddressInfo).port}`);
    measure = (await import('../../../functions/rollbacks/measure-rollbacks.ts')).handler;
    expose = (await import('../../../functions/rollbacks/expose-metrics.ts')).handler;
    const { handler: put } = await import('../../../functions/services/put-service.ts');
    const service = { method: 'PUT', path: '/v1/services/shop', params: { name: 'shop' } };
    const answer = await put(httpEvent({ ...service, body: serviceDocument() }), CONTEXT);
    expect(answer.statusCode).toBe(200);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    secrets?.close();
    await database?.stop();
  });

  const scrape = (authorization?: string): Promise<HttpAnswer> =>
    expose(
      httpEvent({
        ...{ path: '/v1/metrics', anonymous: true },
        ...(authorization !== undefined && { headers: { authorization } }),
      }),
      CONTEXT,
    );

  test.each([
    undefined,
    '',
    'Bearer ',
    'Bearer theirs',
    'Bearer newe',
    'Bearer newer older',
    'newer',
    'Basic newer',
  ])('authorization %j is refused with 401 and shows nothing', async (authorization) => {
    const answer = await scrape(authorization);
    expect(answer.statusCode).toBe(401);
    expect(answer.body).not.toContain('_total');
  });

  test('every token of the list reads the text, which no cache keeps', async () => {
    for (const token of ['newer', 'older']) {
      const answer = await scrape(`Bearer ${token}`);
      expect(answer).toMatchObject({
        statusCode: 200,
        headers: { 'content-type': 'text/plain; version=0.0.4', 'cache-control': 'no-store' },
      });
      expect(answer.body).toContain(
        'rollbacks_merged_total{service="shop",environment="staging",auto="true"} 0',
      );
    }
  });

  test('each event of the bus counts once, however often it is delivered', async () => {
    // the examples are of one attempt that took every turn at once
    const events = Object.entries(rollbackEventExamples).map(
      ([type, example]) => [type, { ...example, eventId: `${example.eventId}/${type}` }] as const,
    );
    const written = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
    for (const [type, detail] of [...events, ...events])
      await measure({ 'detail-type': type, detail }, { ...CONTEXT });
    written.mockRestore();
    const { body } = await scrape('Bearer newer');
    for (const line of COUNTED) expect(body.split('\n')).toContain(line);
    expect(body.split('\n').filter((line) => / NaN$|undefined/.test(line))).toEqual([]);
  });
});
