import * as z from 'zod';
import { jwtVerifier } from '../../shared/adapters/jwt/verify-token.ts';
import type { authorizeRequest, Identity } from '../../shared/approvals/index.ts';
import { Issuers } from '../../shared/approvals/index.ts';
import { isFault } from '../../shared/kernel/index.ts';
import { once, optional, required } from './environment.ts';
import { logger } from './observe.ts';

const AuthorizerEvent = z.object({ identitySource: z.array(z.string()).nullish() });

/** What API Gateway hands on to the routes (`requestContext.authorizer.lambda`). */
type AuthorizerAnswer = { readonly isAuthorized: true; readonly context: Identity };

/** The stack's own issuers, then those the operator added. */
const deps = once(() => {
  const listed = (name: string, text: string) => {
    const parsed = Issuers.safeParse(JSON.parse(text));
    if (!parsed.success) throw new Error(`${name} is no list of issuers: ${z.prettifyError(parsed.error)}`);
    return parsed.data;
  };
  const issuers = [
    ...listed('ISSUERS', required('ISSUERS')),
    ...listed('ADDITIONAL_ISSUERS', optional('ADDITIONAL_ISSUERS', '[]')),
  ];
  return { issuers, verifyToken: jwtVerifier(issuers) };
});

/**
 * The Lambda authorizer of the HTTP API (payload 2.0, simple response). A refusal is thrown as exactly `Unauthorized`:
 * API Gateway answers that with its own 401, and `isAuthorized: false` with a 403. Anything else that is thrown is a 500,
 * so that nobody gets in while an issuer's keys cannot be had.
 */
export function authorizer(useCase: typeof authorizeRequest): (event: unknown) => Promise<AuthorizerAnswer> {
  return async (event) => {
    const { identitySource } = AuthorizerEvent.parse(event);
    try {
      return { isAuthorized: true, context: await useCase(deps(), identitySource?.[0]) };
    } catch (thrown) {
      if (!isFault(thrown, 'Unauthenticated')) throw thrown;
      logger.warn('a token was refused', { reason: thrown.message });
      throw new Error('Unauthorized');
    }
  };
}
