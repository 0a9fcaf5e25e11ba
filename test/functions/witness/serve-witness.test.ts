import { sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { HttpEvent } from '../../../functions/runtime/http-event.ts';
import { openNote } from '../../../shared/ledger/verifier/index.ts';
import { databaseMissing, startDatabase, type TestDatabase } from '../../support/dynamodb.ts';
import { cryptography, history, requestBody, signedNote, signing } from '../../support/witness.ts';

const log = history('leaf', 20);
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const { witness } = signing;

/** KMS with one key, as far as a witness uses it. */
async function kms(): Promise<Server> {
  const server = createServer(async (incoming, response) => {
    const asked = JSON.parse(Buffer.concat(await incoming.toArray()).toString());
    const raw = witness.verifier.key.algorithm === 'ed25519' ? witness.verifier.key.bytes : new Uint8Array();
    const answer = String(incoming.headers['x-amz-target']).endsWith('GetPublicKey')
      ? { PublicKey: Buffer.concat([SPKI_PREFIX, raw]).toString('base64') }
      : { Signature: sign(null, Buffer.from(asked.Message, 'base64'), witness.secret).toString('base64') };
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

function event(method: string, path: string, body = '', isBase64Encoded = false): HttpEvent {
  const requestContext = { requestId: 'r', http: { method, path } };
  return { routeKey: `${method} ${path}`, rawPath: path, body, isBase64Encoded, requestContext };
}

describe.skipIf(databaseMissing)('the function of a witness', () => {
  let database: TestDatabase;
  let keys: Server;
  let handler: (event: HttpEvent, context: unknown) => Promise<{ statusCode: number; body: string }>;
  beforeAll(async () => {
    [database, keys] = await Promise.all([startDatabase(), kms()]);
    const settings = {
      ...{ AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
      ...{ WITNESS_TABLE: database.tables.ledger, WITNESS_KEY: 'key', WITNESS_LOGS: signing.log.vkey },
      ...{ WITNESS_NAME: witness.verifier.name, AWS_ENDPOINT_URL_DYNAMODB: database.url },
      AWS_ENDPOINT_URL_KMS: `http://127.0.0.1:${(keys.address() as AddressInfo).port}`,
    };
    for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
    ({ handler } = await import('../../../functions/witness/serve-witness.ts'));
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    keys.close();
    keys.closeAllConnections();
    await database.stop();
  });
  const post = (old: number, size: number, isBase64: boolean) => {
    const body = Buffer.from(requestBody(old, log.proof(old, size), signedNote(size, log.root(size))));
    return handler(
      event('POST', '/add-checkpoint', body.toString(isBase64 ? 'base64' : 'utf8'), isBase64),
      {},
    );
  };

  test('cosigns over DynamoDB and KMS, whichever way the gateway hands the body on', async () => {
    const answer = await post(0, 7, false);
    expect(answer.statusCode).toBe(200);
    const note = `${signedNote(7, log.root(7))}${answer.body}`;
    expect(await openNote(note, [witness.verifier], cryptography)).toMatchObject({ signedBy: [{}] });
    expect((await post(7, 20, true)).statusCode).toBe(200);
    expect(await post(7, 8, true)).toMatchObject({ statusCode: 409, body: '20\n' });
    expect(await handler(event('GET', '/key'), {})).toMatchObject({ body: `${witness.vkey}\n` });
  });

  test('refuses a body that is too large', async () => {
    expect(await handler(event('POST', '/add-checkpoint', 'x'.repeat(70_000)), {})).toMatchObject({
      statusCode: 413,
    });
  });
});
