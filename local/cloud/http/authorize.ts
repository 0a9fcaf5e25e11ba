import { at, isJson, jsonAt, parseJson } from '../aws/shapes.ts';
import type { Outcome } from '../functions/messages.ts';
import { type Answer, gatewayAnswer, INTERNAL_ERROR } from './answer.ts';
import type { Arrived } from './event.ts';
import type { Authorizer } from './routes.ts';

/** Either the context the authorizer gives to the function, or the answer that ends the request. */
export type Authorized =
  | { readonly context: Readonly<Record<string, unknown>> }
  | { readonly refusal: Answer };

const UNAUTHORIZED = gatewayAnswer(401, 'Unauthorized');
const FORBIDDEN = gatewayAnswer(403, 'Forbidden');

/** Asks a Lambda authorizer. Without its identity source nobody is asked: 401. What is not understood lets nobody in. */
export async function authorize(
  authorizer: Authorizer,
  arrived: Arrived,
  event: Readonly<Record<string, unknown>>,
  run: (functionArn: string, payload: string) => Promise<Outcome>,
): Promise<Authorized> {
  const identity = authorizer.identityHeaders.map((name) => arrived.headers[name]);
  if (identity.some((value) => value === undefined || value === '')) return { refusal: UNAUTHORIZED };
  const request = { ...event, type: 'REQUEST', identitySource: identity };
  const outcome = await run(authorizer.functionArn, JSON.stringify(request));
  if ('error' in outcome) {
    // The one message by which an authorizer says 401 instead of failing.
    return { refusal: outcome.error.errorMessage === 'Unauthorized' ? UNAUTHORIZED : INTERNAL_ERROR };
  }
  const answer = parseJson(outcome.payload);
  if (!isJson(answer) || typeof at(answer, 'isAuthorized') !== 'boolean') return { refusal: INTERNAL_ERROR };
  return answer.isAuthorized === true ? { context: jsonAt(answer, 'context') } : { refusal: FORBIDDEN };
}
