import { Fault } from '../../shared/kernel/index.ts';
import { bearsOneOf } from '../../shared/signals/index.ts';
import { type HttpHandler, served } from './http.ts';
import { correlationOf } from './http-event.ts';
import { webhookSecrets } from './secrets.ts';

/** Where the tokens stand among the secrets of those who call without being people. No webhook source has this name. */
const TOKENS = 'metrics';

/**
 * A handler whose caller proves itself by a bearer token of the list `metrics`, and whose answer is text. Without a list
 * nobody is let in.
 */
export function scraped(contentType: string, read: () => Promise<string>): HttpHandler {
  return served(async (event) => {
    const tokens = await webhookSecrets()(TOKENS);
    if (!bearsOneOf(event.headers?.authorization, tokens))
      throw new Fault('Unauthenticated', 'the bearer token is none of those that may read the metrics');
    return {
      statusCode: 200,
      headers: {
        'content-type': contentType,
        'cache-control': 'no-store',
        'x-correlation-id': correlationOf(event),
      },
      body: await read(),
    };
  });
}
