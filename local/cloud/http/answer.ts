import type { Answer } from '../aws/front-door.ts';
import { isJson, jsonAt, numberAt, textAt } from '../aws/shapes.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

/** An answer of API Gateway itself, in its own words. */
export function gatewayAnswer(status: number, message: string): Answer {
  return { status, headers: JSON_TYPE, body: JSON.stringify({ message }) };
}

export const INTERNAL_ERROR = gatewayAnswer(500, 'Internal Server Error');

/**
 * What a function returned as an HTTP answer, in payload format 2.0: an object with `statusCode` says it all; anything
 * else is a 200 whose JSON it is. Throws for a status that is none, and for the members that are not run here.
 */
export function answerOf(returned: unknown): Answer {
  if (!isJson(returned) || returned.statusCode === undefined) {
    return { status: 200, headers: JSON_TYPE, body: JSON.stringify(returned ?? null) };
  }
  const status = numberAt(returned, 'statusCode') ?? 0;
  if (!Number.isInteger(status) || status < 100 || status > 599) throw new Error(`status ${status}`);
  if (returned.cookies !== undefined) throw new Error('cookies are not run here');
  const headers = Object.entries(jsonAt(returned, 'headers')).map(([name, value]) => [
    name.toLowerCase(),
    String(value),
  ]);
  return {
    status,
    headers: { 'content-type': 'text/plain;charset=UTF-8', ...Object.fromEntries(headers) },
    body: Buffer.from(textAt(returned, 'body') ?? '', returned.isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}
