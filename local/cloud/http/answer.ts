import { at, flagAt, isJson, jsonAt, listAt, numberAt, parseJson, textAt } from '../aws/shapes.ts';
import type { Outcome } from '../functions/messages.ts';

export type Answer = {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | Buffer;
};

/** An answer of API Gateway itself, in its own words. */
export function gatewayAnswer(status: number, message: string): Answer {
  return {
    status,
    headers: [['content-type', 'application/json']],
    body: JSON.stringify({ message }),
  };
}

export const INTERNAL_ERROR = gatewayAnswer(500, 'Internal Server Error');

/**
 * What a function returned as an HTTP answer, in payload format 2.0: an object with `statusCode` says it all; anything
 * else is a 200 whose JSON it is. An error of the function is a 500 that tells nothing.
 */
export function answerOf(outcome: Outcome): Answer {
  if ('error' in outcome) return INTERNAL_ERROR;
  const returned = parseJson(outcome.payload);
  if (!isJson(returned) || at(returned, 'statusCode') === undefined) {
    const body = typeof returned === 'string' ? returned : JSON.stringify(returned ?? null);
    return { status: 200, headers: [['content-type', 'application/json']], body };
  }
  const status = numberAt(returned, 'statusCode');
  if (status === undefined || !Number.isInteger(status) || status < 100 || status > 599)
    return INTERNAL_ERROR;
  const headers = Object.entries(jsonAt(returned, 'headers')).map(
    ([name, value]) => [name.toLowerCase(), String(value)] as const,
  );
  const typed = headers.some(([name]) => name === 'content-type');
  const cookies = listAt(returned, 'cookies').map((cookie) => ['set-cookie', String(cookie)] as const);
  const body = textAt(returned, 'body') ?? '';
  return {
    status,
    headers: [
      ...(typed ? [] : [['content-type', 'text/plain;charset=UTF-8'] as const]),
      ...headers,
      ...cookies,
    ],
    body: flagAt(returned, 'isBase64Encoded') ? Buffer.from(body, 'base64') : body,
  };
}
