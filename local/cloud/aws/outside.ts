import type { IncomingMessage } from 'node:http';
import { AwsFailure } from '../types.ts';
import type { Answer } from './front-door.ts';

const ALIAS = /^\/2015-03-31\/functions\/([^/]+)\/(aliases\/[^/?]+|versions)(?:\?|$)/;
const ACTIONS: Readonly<Record<string, string>> = { GET: 'GetAlias', PUT: 'UpdateAlias' };
const METRICS = 'GraniteServiceVersion20100801.';
const TIMEOUT_MS = 10_000;

/** What IAM is asked of a call that somebody else serves: aliases and versions of functions, and metrics. */
export function outsideCall({ url = '', method = '', headers }: IncomingMessage) {
  const target = String(headers['x-amz-target'] ?? '');
  if (target.startsWith(METRICS))
    return { service: 'monitoring', action: target.slice(METRICS.length), input: {} };
  const [, name, what = ''] = ALIAS.exec(url) ?? [];
  if (name === undefined) return undefined;
  const action = what === 'versions' ? 'ListVersionsByFunction' : (ACTIONS[method] ?? method);
  return { service: 'lambda', action, input: { FunctionName: decodeURIComponent(name) } };
}

/** Asks the one who serves it, in the same words, and hands the answer back as it is. */
export async function passOn(outside: string, message: IncomingMessage, body: Buffer): Promise<Answer> {
  const names = ['content-type', 'x-amz-target'].filter((name) => message.headers[name] !== undefined);
  const { method = 'GET', url = '' } = message;
  const asked = fetch(`${outside}${url}`, {
    method,
    headers: Object.fromEntries(names.map((name) => [name, String(message.headers[name])])),
    ...(method !== 'GET' && { body: new Uint8Array(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const response = await asked.catch(() => undefined);
  if (response === undefined) throw new AwsFailure('ServiceException', `${outside} does not answer`, 500);
  const { headers, status } = response;
  const kept = ['content-type', 'x-amzn-errortype'].filter((name) => headers.has(name));
  return {
    status,
    headers: Object.fromEntries(kept.map((name) => [name, headers.get(name) ?? ''])),
    body: await response.text(),
  };
}
