import { Fault } from '../../shared/kernel/index.ts';
import { parseStrict } from '../../shared/ledger/verifier/strict-json.ts';

/** What of API Gateway's payload 2.0 is read here. */
export type HttpEvent = {
  readonly routeKey: string;
  readonly rawPath: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly pathParameters?: Readonly<Record<string, string | undefined>>;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  readonly isBase64Encoded: boolean;
  readonly requestContext: {
    readonly requestId: string;
    readonly http: { readonly method: string; readonly path: string };
    readonly authorizer?: { readonly lambda?: Readonly<Record<string, unknown>> | null };
  };
};

/** The body as it came over the wire: API Gateway may have encoded it. Throws Fault('TooLarge') over `limit` bytes. */
export function rawBody(event: HttpEvent, limit: number): Uint8Array {
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.byteLength > limit) throw new Fault('TooLarge', `the body is over ${limit} bytes`);
  return bytes;
}

/**
 * The body as JSON that has one reading only: no name twice in an object, no half surrogate pair, which neither a store
 * nor a canonical form could keep. Throws Fault('InvalidInput') with the path of what is wrong.
 */
export function jsonBody(bytes: Uint8Array): unknown {
  const parsed = parseStrict(textOf(bytes));
  if ('value' in parsed) return parsed.value;
  throw notJson(parsed.refused, parsed.path);
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw notJson('it is not UTF-8', '');
  }
}

function notJson(why: string, path: string): Fault {
  return new Fault('InvalidInput', `the body is not JSON as it is read here: ${why}`, {
    issues: [{ path, message: why }],
  });
}

/** One id from door to ledger: the caller's own, if it sends a sound one. */
export function correlationOf(event: HttpEvent): string {
  const sent = event.headers?.['x-correlation-id'];
  return sent !== undefined && /^[\w.-]{8,64}$/.test(sent) ? sent : event.requestContext.requestId;
}
