import { JwtVerifier } from 'aws-jwt-verify';
import { JwtBaseError, WaitPeriodNotYetEndedJwkError } from 'aws-jwt-verify/error';
import type { Fetcher } from 'aws-jwt-verify/https';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import type { Claims, Issuer, VerifyToken } from '../../approvals/index.ts';
import { Fault } from '../../kernel/index.ts';

const FETCH_TIMEOUT_MS = 3_000;
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Verifies tokens against a list of issuers: the token only chooses among them, and its keys come from where the list says.
 * Throws an Error when an issuer's keys would come over plain HTTP from anywhere but this machine.
 */
export function jwtVerifier(issuers: readonly Issuer[]): VerifyToken {
  const configs = issuers.map((issuer) => ({
    issuer: issuer.issuer,
    jwksUri: keysOf(issuer),
    // Cognito's access tokens have no `aud`: audiences are checked here, for both forms.
    audience: null,
    customJwtCheck: ({ payload }: { payload: Record<string, unknown> }) => checkAudience(payload, issuer),
  }));
  if (configs.length === 0) return () => Promise.reject(refused('no issuer is configured'));
  const fetcher = keyFetcher();
  const verifier = JwtVerifier.create(configs, { jwksCache: new SimpleJwksCache({ fetcher }) });
  return async (token) => {
    try {
      const { iss, ...claims } = await verifier.verify(token);
      if (iss === undefined) throw refused('the token names no issuer');
      return { ...claims, iss } satisfies Claims;
    } catch (thrown) {
      throw faultOf(thrown, fetcher.failing());
    }
  };
}

function keysOf(issuer: Issuer): string {
  const uri = issuer.jwksUri ?? `${issuer.issuer.replace(/\/$/, '')}/.well-known/jwks.json`;
  const { protocol, hostname } = new URL(uri);
  if (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname))) return uri;
  throw new Error(`the keys of issuer ${issuer.issuer} must come over https`);
}

function checkAudience(claims: Readonly<Record<string, unknown>>, { audience }: Issuer): void {
  const { aud, token_use: use, client_id: client } = claims;
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (named.includes(audience)) return;
  if (aud === undefined && use === 'access' && client === audience) return;
  throw refused('the token is for another audience');
}

/** Keys are fetched within 3 s, with one retry; the cache keeps them and waits 10 s after a failure. */
function keyFetcher(): Fetcher & { readonly failing: () => boolean } {
  const failing = new Set<string>();
  return {
    failing: () => failing.size > 0,
    fetch: async (uri) => {
      try {
        const keys = await fetchOnce(uri).catch(() => fetchOnce(uri));
        failing.delete(uri);
        return keys;
      } catch (cause) {
        failing.add(uri);
        throw new Fault('Unavailable', `the keys at ${uri} cannot be had`, { cause });
      }
    },
  };
}

async function fetchOnce(uri: string): Promise<ArrayBuffer> {
  const answer = await fetch(uri, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS), redirect: 'error' });
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  return await answer.arrayBuffer();
}

function faultOf(thrown: unknown, keysFailing: boolean): unknown {
  if (thrown instanceof Fault) return thrown;
  // The cache waits both after an unknown key and after a failed fetch; only the latter says nothing of the token.
  if (keysFailing && thrown instanceof WaitPeriodNotYetEndedJwkError) {
    return new Fault('Unavailable', 'the keys cannot be had at present', { cause: thrown });
  }
  // the library names what is wrong with the token, never the token
  return thrown instanceof JwtBaseError ? refused(thrown.message, thrown) : thrown;
}

function refused(message: string, cause?: unknown): Fault {
  return new Fault('Unauthenticated', message, { cause });
}
