const TIMEOUT_MS = 30_000;
/** What may be asked twice is, where the database of a busy machine has not answered in time. */
const TRIES = 2;

type Call = { readonly method: 'GET' | 'POST' | 'PUT'; readonly path: string; readonly body: unknown };

/** One call of the HTTP API. Throws an Error for an answer that is no success. */
export async function callApi(base: string, token: string, call: Call, tries = TRIES): Promise<unknown> {
  const { method, path, body } = call;
  const response = await fetch(`${base}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const text = await response.text();
  if (response.status === 503 && method !== 'POST' && tries > 1)
    return await callApi(base, token, call, tries - 1);
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}
