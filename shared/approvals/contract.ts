import * as z from 'zod';

/** From least to most: each role may do what those before it may. */
export const ROLES = ['viewer', 'operator', 'approver', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** One issuer whose tokens are accepted, as `ISSUERS` lists it. */
export const Issuer = z.strictObject({
  /** Exactly as it stands in `iss`. */
  issuer: z.url(),
  /** Must be the token's audience (Cognito's access tokens call it `client_id`). */
  audience: z.string().min(1),
  /** The claim with the groups; a group that is no role is ignored. */
  groupsClaim: z.string().min(1),
  /** Where the keys are; by default `<issuer>/.well-known/jwks.json`. */
  jwksUri: z.url().exactOptional(),
  /** The claim that names the caller; by default `sub`. */
  subjectClaim: z.string().min(1).exactOptional(),
  /** Subject to person. Where it is given, a subject that is not in it is nobody's: it can never approve. */
  subjectMap: z.record(z.string(), z.string().min(1)).exactOptional(),
});
export type Issuer = z.infer<typeof Issuer>;

export const Issuers = z.array(Issuer);

/** Who calls. `person` is absent for an identity that no person is mapped to; `role` for one in no group of ours. */
export type Identity = {
  readonly subject: string;
  readonly person?: string;
  readonly role?: Role;
  readonly issuer: string;
};
