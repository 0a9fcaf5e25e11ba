import { Fault } from '../kernel/index.ts';
import type { Identity, Issuer } from './contract.ts';
import type { Claims, VerifyToken } from './ports.ts';
import { ciRunOf } from './rules/ci-identity.ts';
import { roleOf } from './rules/role-of.ts';

type Deps = { readonly verifyToken: VerifyToken; readonly issuers: readonly Issuer[] };

// RFC 6750, 2.1; a token is at least three parts of base64url
const BEARER = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;

/**
 * Says who calls, from the `Authorization` header; whether they may is said by each route.
 * Throws Fault: Unauthenticated (no token, or none that an issuer of the list vouches for), Unavailable.
 */
export async function authorizeRequest(deps: Deps, authorization: string | undefined): Promise<Identity> {
  const token = BEARER.exec(authorization ?? '')?.[1];
  if (token === undefined) throw new Fault('Unauthenticated', 'the request carries no bearer token');
  const claims = await deps.verifyToken(token);
  const issuer = deps.issuers.find((known) => known.issuer === claims.iss);
  if (issuer === undefined) throw new Fault('Unauthenticated', 'the issuer of the token is not in the list');
  return identityOf(claims, issuer);
}

function identityOf(claims: Claims, issuer: Issuer): Identity {
  const subject = claims[issuer.subjectClaim ?? 'sub'];
  if (typeof subject !== 'string' || subject === '') {
    throw new Fault('Unauthenticated', `the token has no claim ${issuer.subjectClaim ?? 'sub'}`);
  }
  if (issuer.ci !== undefined) {
    const run = ciRunOf(claims, issuer.ci);
    return { subject, ...(run !== undefined && { role: 'operator', ...run }), issuer: issuer.issuer };
  }
  const person = personOf(subject, issuer);
  const role = issuer.groupsClaim === undefined ? undefined : roleOf(claims[issuer.groupsClaim]);
  return {
    subject,
    ...(person !== undefined && { person }),
    ...(role !== undefined && { role }),
    issuer: issuer.issuer,
  };
}

/** Without a map an issuer's subjects are people; with one, only those in it. */
function personOf(subject: string, { subjectMap }: Issuer): string | undefined {
  if (subjectMap === undefined) return subject;
  return Object.hasOwn(subjectMap, subject) ? subjectMap[subject] : undefined;
}
