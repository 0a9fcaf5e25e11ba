import type * as z from 'zod';
import { parse } from '../../shared/kernel/parse.ts';
import { callerOf } from './caller.ts';
import { type HttpHandler, type Route, served } from './http.ts';
import { correlationOf } from './http-event.ts';

/** A file as it is answered: text, or bytes. */
export type ServedFile = { readonly content: string | Uint8Array; readonly cacheControl: string };

type FileRoute<Params> = Route<unknown, Params> & {
  readonly text: string;
  readonly params: z.ZodType<Params>;
};

/** What nobody may keep: it is another with the next request, or for its caller alone. */
export const NOT_KEPT = 'no-store';

/**
 * A handler of an API Gateway route (payload 2.0) whose answer is a file: role, path, then the use case. Whatever is thrown
 * leaves as problem+json. Public files may be read by a verifier in a browser, on a page of anybody's.
 */
export function fileRoute<Params>(
  spec: FileRoute<Params>,
  read: (params: Params) => Promise<ServedFile>,
): HttpHandler {
  return served(async (event) => {
    callerOf(event, spec);
    const { content, cacheControl } = await read(parse(spec.params, event.pathParameters ?? {}, 'the path'));
    return {
      statusCode: 200,
      headers: {
        'content-type': spec.text,
        'cache-control': cacheControl,
        'x-content-type-options': 'nosniff',
        'x-correlation-id': correlationOf(event),
        ...(spec.role === undefined && { 'access-control-allow-origin': '*' }),
      },
      ...(typeof content === 'string'
        ? { body: content }
        : { body: Buffer.from(content).toString('base64'), isBase64Encoded: true as const }),
    };
  });
}
