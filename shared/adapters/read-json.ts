import { Fault } from '../kernel/fault.ts';
import { namedWait } from './named-wait.ts';
import { type ClockCheck, checkClock } from './provider-clock.ts';
import { retryTransient } from './retry.ts';

/** How an HTTP system that answers JSON is reached. The base URL comes from configuration only. */
export type JsonEndpoint = {
  readonly baseUrl: string;
  /** A bearer token, or who gives one; without any the request carries none. */
  readonly token?: string | (() => Promise<string | undefined>);
  readonly fetch?: typeof globalThis.fetch;
  /** Of one attempt, in milliseconds. */
  readonly timeoutMs?: number;
  /** First of the three waits between attempts, in milliseconds. */
  readonly firstWaitMs?: number;
  /** When given, an answer is refused as Malformed whose Date is too far from our clock. */
  readonly clock?: ClockCheck;
};

const TIMEOUT_MS = 5000;
const MAX_BYTES = 8 * 1024 * 1024; // an Argo CD Application with thousands of resources stays far below

/**
 * GETs JSON, 1 + 3 attempts. Throws Fault PermissionDenied (401, 403), NotFound (404), RateLimited (429, not
 * repeated here: the answer names the wait), Unavailable (5xx, time-out, lost connection, after the attempts),
 * Malformed (any other status, no JSON, too long). `path` must already be encoded.
 */
export function readJson(endpoint: JsonEndpoint, path: string, query: URLSearchParams): Promise<unknown> {
  const url = `${endpoint.baseUrl.replace(/\/+$/, '')}${path}${query.size > 0 ? `?${query}` : ''}`;
  return retryTransient(() => attempt(endpoint, url), endpoint.firstWaitMs);
}

async function attempt(endpoint: JsonEndpoint, url: string): Promise<unknown> {
  const place = placeOf(url);
  const token = typeof endpoint.token === 'function' ? await endpoint.token() : endpoint.token;
  const began = endpoint.clock?.now() ?? 0;
  let response: Response;
  let text: string;
  try {
    response = await (endpoint.fetch ?? globalThis.fetch)(url, {
      headers: {
        accept: 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      redirect: 'error', // a redirect would carry the token to a place nobody configured
      signal: AbortSignal.timeout(endpoint.timeoutMs ?? TIMEOUT_MS),
    });
    text = await boundedText(response, place);
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault('Unavailable', `${place} did not answer`, { cause });
  }
  if (!response.ok) throw faultOf(response, place);
  const date = response.headers.get('date') ?? undefined;
  if (endpoint.clock !== undefined) checkClock(endpoint.clock, { date, began, of: place });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Fault('Malformed', `${place} answered something that is not JSON`, { cause });
  }
}

/** The text of an answer of at most so many bytes. Throws Fault('Malformed') for a longer one. */
export async function boundedText(response: Response, place: string, most = MAX_BYTES): Promise<string> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > most) throw new Fault('Malformed', `${place} answered more than ${most} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function faultOf(response: Response, place: string): Fault {
  const said = `${place} answered ${response.status}`;
  if (response.status === 401 || response.status === 403) return new Fault('PermissionDenied', said);
  if (response.status === 404) return new Fault('NotFound', said);
  if (response.status === 429) {
    const retryAfterSeconds = namedWait(response.headers.get('retry-after'));
    return new Fault('RateLimited', said, { ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) });
  }
  return new Fault(response.status >= 500 ? 'Unavailable' : 'Malformed', said);
}

/** Host and path: the query may be long and is of no use in a message. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
