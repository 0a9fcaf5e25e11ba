import type { OutgoingHttpHeaders } from 'node:http';
import { flagAt, isJson, jsonAt, listAt, numberAt, parseJson, textAt } from '../aws/shapes.ts';
import type { Outcome } from '../functions/messages.ts';

export type Answer = {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | Buffer;
};

const JSON_TYPE = { 'content-type': 'application/json' };

/** An answer of API Gateway itself, in its own words. */
export function gatewayAnswer(status: number, message: string): Answer {
  return { status, headers: JSON_TYPE, body: JSON.stringify({ message }) };
}

export const INTERNAL_ERROR = gatewayAnswer(500, 'Internal Server Error');

/**
 * What a function returned as an HTTP answer, in payload format 2.0: an object with `statusCode` says it all; anything
 * else is a 200 whose JSON it is. An error of the function is a 500 that tells nothing.
 */
export function answerOf(outcome: Outcome): Answer {
  if ('error' in outcome) return INTERNAL_ERROR;
  const returned = parseJson(outcome.payload);
  if (!isJson(returned) || returned.statusCode === undefined) {
    return { status: 200, headers: JSON_TYPE, body: JSON.stringify(returned ?? null) };
  }
  const status = numberAt(returned, 'statusCode') ?? 0;
  if (!Number.isInteger(status) || status < 100 || status > 599) return INTERNAL_ERROR;
  const headers = Object.entries(jsonAt(returned, 'headers')).map(([name, value]) => [
    name.toLowerCase(),
    String(value),
  ]);
  const cookies = listAt(returned, 'cookies').map(String);
  const body = textAt(returned, 'body') ?? '';
  return {
    status,
    headers: {
      'content-type': 'text/plain;charset=UTF-8',
      ...Object.fromEntries(headers),
      ...(cookies.length > 0 && { 'set-cookie': cookies }),
    },
    body: flagAt(returned, 'isBase64Encoded') ? Buffer.from(body, 'base64') : body,
  };
}
