import * as z from 'zod';
import { CiGrants } from './ci-grants.ts';

/** From least to most: each role may do what those before it may. */
export const ROLES = ['viewer', 'operator', 'approver', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** One issuer whose tokens are accepted, as `ISSUERS` lists it. */
const IssuerFields = z.strictObject({
  /** Exactly as it stands in `iss`. */
  issuer: z.url(),
  /** Must be the token's audience (Cognito's access tokens call it `client_id`). */
  audience: z.string().min(1),
  /** The claim with the groups; a group that is no role is ignored. */
  groupsClaim: z.string().min(1).exactOptional(),
  /** Where the keys are; by default `<issuer>/.well-known/jwks.json`. */
  jwksUri: z.url().exactOptional(),
  /** The claim that names the caller; by default `sub`. */
  subjectClaim: z.string().min(1).exactOptional(),
  /** Subject to person. Where it is given, a subject that is not in it is nobody's: it can never approve. */
  subjectMap: z.record(z.string(), z.string().min(1)).exactOptional(),
  /** An issuer of workflow runs instead of people: which of them may deploy. All others have no role. */
  ci: CiGrants.exactOptional(),
});
export const Issuer = IssuerFields.superRefine((issuer, context) => {
  const refuse = (message: string, field: string) =>
    context.addIssue({ code: 'custom', path: [field], message });
  if (issuer.ci === undefined && issuer.groupsClaim === undefined) refuse('is missing', 'groupsClaim');
  // A run is nobody: no claim of its token may make it a person, or give it another role.
  for (const field of ['groupsClaim', 'subjectMap'] as const)
    if (issuer.ci !== undefined && issuer[field] !== undefined) refuse('cannot stand beside ci', field);
});
export type Issuer = z.infer<typeof Issuer>;

export const Issuers = z.array(Issuer);

/**
 * Who calls. `person` is absent for an identity that no person is mapped to; `role` for one in no group of ours. The rest
 * stands there for a workflow's run alone: its repository, its commit, and the login that set it off.
 */
export type Identity = {
  readonly subject: string;
  readonly person?: string;
  readonly role?: Role;
  readonly issuer: string;
  readonly repository?: string;
  readonly sha?: string;
  readonly login?: string;
};

/** States of an approval. A person answers an Open one; the workflow that asked uses it, or spends it. */
export const APPROVAL_STATES = [
  'Open',
  'Approved',
  'Rejected',
  'Expired',
  'Withdrawn',
  'Used',
  'Spent',
] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];

export const APPROVAL_EVENTS = [
  'ApprovalAsked',
  'ApprovalGiven',
  'ApprovalRejected',
  'ApprovalRefused',
  'ApprovalExpired',
  'ApprovalWithdrawn',
  'ApprovalUsed',
  'ApprovalSpent',
] as const;
export type ApprovalEvent = (typeof APPROVAL_EVENTS)[number];

export const VERDICTS = ['approve', 'reject'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Why an answer does not count. */
export const REFUSALS = [
  'ROLE',
  'NOT_OPEN',
  'EXPIRED',
  'PLAN_CHANGED',
  'PLAN_MOVED',
  'FOUR_EYES',
  'UNMAPPED',
  'AUTHOR_UNKNOWN',
  'NOT_OVERRIDABLE',
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** Where one person is known outside: a GitHub login or a Slack member id. OIDC subjects stand in the issuers' maps. */
const OutsideIdentity = z.strictObject({
  via: z.enum(['github', 'slack']),
  id: z
    .string()
    .min(1)
    .max(100)
    .regex(/^[\w.-]+(\[bot\])?$/, 'must be a login or a member id'),
});
const KnownPerson = z.strictObject({
  person: z.string().min(1).max(100),
  /** What the person may do where no token says it: in a pull request, in a chat. */
  role: z.enum(ROLES),
  identities: z.array(OutsideIdentity).max(10),
});
export type KnownPerson = z.infer<typeof KnownPerson>;

const MAX_PEOPLE = 1000;

/** Who is who, as `PUT /v1/people` takes it: each person once, each identity one person's. */
export const PeopleDocument = z
  .strictObject({ people: z.array(KnownPerson).max(MAX_PEOPLE) })
  .superRefine(({ people }, context) => {
    const doubled = (values: readonly string[], of: string) => {
      const twice = values.find((value, index) => values.indexOf(value) !== index);
      if (twice !== undefined)
        context.addIssue({ code: 'custom', path: ['people'], message: `${of} ${twice} stands there twice` });
    };
    doubled(
      people.map(({ person }) => person.toLowerCase()),
      'person',
    );
    doubled(
      people.flatMap(({ identities }) => identities.map(({ via, id }) => `${via}:${id.toLowerCase()}`)),
      'identity',
    );
  });
export type PeopleDocument = z.infer<typeof PeopleDocument>;
