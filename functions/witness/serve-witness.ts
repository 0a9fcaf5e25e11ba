import { MAX_REQUEST_BYTES, serveWitness } from '../../shared/ledger/witness/index.ts';
import { served } from '../runtime/http.ts';
import { rawBody } from '../runtime/http-event.ts';
import { logger } from '../runtime/observe.ts';
import { witnessDeps } from '../runtime/witness.ts';

/** The HTTP face of a witness: C2SP tlog-witness, and its own key. */
export const handler = served(async (event) => {
  const { method, path } = event.requestContext.http;
  const body = rawBody(event, MAX_REQUEST_BYTES);
  const answer = await serveWitness(await witnessDeps(), { method, path, body });
  logger.info('a witness was asked', { method, path, status: answer.status });
  return {
    statusCode: answer.status,
    headers: { 'content-type': answer.contentType, 'cache-control': 'no-store' },
    body: answer.body,
  };
});
