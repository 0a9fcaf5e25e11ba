import { Fault } from '../../kernel/fault.ts';

const MOST_BYTES = 16 * 1024 * 1024; // a hundred pull requests with long bodies stay below

/**
 * A fetch that reads the whole answer inside the time-out and within a bound, and gives it to Octokit, which would
 * take a connection lost in the middle of a body for an empty answer.
 */
export function boundedFetch(fetch: typeof globalThis.fetch, timeoutMs: number): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, signal: AbortSignal.timeout(timeoutMs) });
    const body = await boundedBody(response);
    // 204 and 304 may carry no body at all, not even an empty one
    return new Response(body.length === 0 ? null : body, {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    });
  };
}

async function boundedBody(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MOST_BYTES) throw new Fault('Malformed', `GitHub answered more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  const body = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.byteLength;
  }
  return body;
}
