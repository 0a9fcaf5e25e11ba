import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ForgeFault } from './faults.ts';
import { type Answer, pageOf } from './operations/call.ts';
import { GithubRefusal } from './refusal.ts';

type Headers = Readonly<Record<string, string>>;

const MOST_BYTES = 8 * 1024 * 1024;

export async function readBody(incoming: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new GithubRefusal(413, 'Payload too large');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new GithubRefusal(400, 'Problems parsing JSON');
  }
}

export function bearerOf(incoming: IncomingMessage): string {
  const [scheme = '', token = ''] = (incoming.headers.authorization ?? '').split(' ');
  if (token === '') throw new GithubRefusal(401, 'Requires authentication');
  if (!/^(?:bearer|token)$/i.test(scheme)) throw new GithubRefusal(401, 'Bad credentials');
  return token;
}

/** GitHub's `Link` header, on all pages but the last. */
export function linkOf(url: URL, answer: Answer): Headers {
  const { number, size } = pageOf(url.searchParams);
  const hasMore = answer.total !== undefined && number * size < answer.total;
  if (!hasMore && answer.cursor === undefined) return {};
  const next = new URL(url);
  if (answer.cursor === undefined) next.searchParams.set('page', String(number + 1));
  else next.searchParams.set('cursor', answer.cursor);
  return { link: `<${next}>; rel="next"` };
}

export function send(
  response: ServerResponse,
  answer: Answer,
  headers: Headers,
  fault: ForgeFault | undefined,
): void {
  const value = fault?.body === undefined ? answer.body : fault.body;
  const text = value === undefined ? '' : JSON.stringify(value);
  const body = Buffer.from(fault?.truncate === true ? text.slice(0, text.length / 2) : text);
  response.writeHead(answer.status, {
    ...(value !== undefined && { 'content-type': 'application/json; charset=utf-8' }),
    ...(answer.status !== 204 && { 'content-length': String(body.length) }),
    ...answer.headers,
    ...headers,
  });
  response.end(body);
}
