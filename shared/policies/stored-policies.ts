import * as z from 'zod';
import { Fault, type Head, type Store, viewDecisions } from '../kernel/index.ts';
import { BUILT_IN_POLICIES, BUILT_IN_SET } from './built-in.ts';
import { PolicySet, PolicySetDocument } from './contract.ts';
import { reliefsOf } from './policy-inputs.ts';
import type { Relief } from './rules/evaluate-policies.ts';

/** The one item that says what is allowed, with its history. */
export const POLICY_SUBJECT = { kind: 'policy', id: 'set' } as const;

/** Glass that somebody asked to break: `id` is that of the approval that the other person gives. */
export const BreakGlass = z.strictObject({
  id: z.string(),
  state: z.enum(['asked', 'open', 'refused', 'lapsed']),
  service: z.string(),
  environment: z.string(),
  reason: z.string(),
  minutes: z.int(),
  askedBy: z.string(),
  askedAt: z.string(),
  deadlineAt: z.string(),
  grantedBy: z.string().exactOptional(),
  expiresAt: z.string().exactOptional(),
});
export type BreakGlass = z.infer<typeof BreakGlass>;

const PolicyData = z.object({
  v: z.literal(1),
  /** Absent until an admin puts a set: then what Holdfast comes with holds. */
  own: z.object({ document: PolicySetDocument, set: PolicySet }).exactOptional(),
  breakGlass: z.array(BreakGlass),
});
export type PolicyData = z.infer<typeof PolicyData>;
export type Policies = {
  readonly head?: Head;
  readonly document: PolicySetDocument;
  readonly set: PolicySet;
  readonly builtIn: boolean;
  readonly breakGlass: readonly BreakGlass[];
};

/** The policies in force, read now. Throws Fault('Malformed') when the stored item is none: nothing is allowed then. */
export async function readPolicies(store: Store): Promise<Policies> {
  const head = await store.head(POLICY_SUBJECT);
  if (head === undefined)
    return { document: BUILT_IN_POLICIES, set: BUILT_IN_SET, builtIn: true, breakGlass: [] };
  return policiesOf(head);
}

/** Throws Fault('Malformed') when the head does not hold policies. */
export function policiesOf(head: Head): Policies {
  const { own, breakGlass } = policyDataOf(head);
  const { document, set } = own ?? { document: BUILT_IN_POLICIES, set: BUILT_IN_SET };
  return { head, document, set, builtIn: own === undefined, breakGlass };
}

/** What is stored, as it is stored; before the first decision there is nothing of one's own. */
export function policyDataOf(head: Head | undefined): PolicyData {
  if (head === undefined) return { v: 1, breakGlass: [] };
  const read = PolicyData.safeParse(head.data);
  if (read.success) return read.data;
  throw new Fault('Malformed', 'the stored policies are not valid', { cause: read.error });
}

/** What may lift a policy: the exceptions of the set, and glass that two people broke. The rule looks at the expiry. */
export function exceptionsOf({ document, breakGlass }: Policies): readonly Relief[] {
  return [...reliefsOf(document.exceptions), ...breakGlass.flatMap(openGlass)];
}

function openGlass(glass: BreakGlass): readonly Relief[] {
  const { id, state, service, environment, askedBy, grantedBy, reason, expiresAt } = glass;
  if (state !== 'open' || grantedBy === undefined || expiresAt === undefined) return [];
  return [
    {
      ...{ kind: 'break-glass', id, policies: 'every-block', service, environment },
      ...{ owner: askedBy, grantedBy, reason, expiresAt },
    },
  ];
}

/** The policies as the API shows them. */
export function policiesView({ head, document, set, builtIn, breakGlass }: Policies) {
  return { rev: head?.rev ?? 0, setRev: set.rev, digest: set.digest, builtIn, ...document, breakGlass };
}

/** Every decision on policies, oldest first. */
export async function listPolicyDecisions(store: Store) {
  return viewDecisions(await store.decisions(POLICY_SUBJECT));
}
