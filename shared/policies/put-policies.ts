import { type Actor, canonicalJson, type DecideDeps, decide, Fault, redact } from '../kernel/index.ts';
import { checkSet } from './check-set.ts';
import { compile } from './compile.ts';
import { MAX_SET_BYTES, type PolicySetDocument } from './contract.ts';
import type { ReadPolicies } from './ports.ts';
import { setPolicies } from './rules/set-policies.ts';
import { POLICY_SUBJECT, type Policies, policiesOf, policyDataOf, readPolicies } from './stored-policies.ts';

export type Asked = { readonly actor: Actor; readonly correlationId: string; readonly key: string };
type Deps = DecideDeps & { readonly readPolicies: ReadPolicies };

/**
 * Puts a whole set of policies in the place of the one in force; the same one decides nothing.
 * Throws Fault: InvalidInput (a policy that is no Cedar or names what is unknown; what `checkSet` refuses),
 * TooLarge, Conflict when somebody else was first.
 */
export async function putPolicies(deps: Deps, sent: PolicySetDocument, asked: Asked): Promise<Policies> {
  // what is in force is what the decision says: both are redacted
  const document = redact(sent);
  checkSize(document);
  const before = await readPolicies(deps.store);
  const head = before.head;
  const rev = (head?.rev ?? 0) + 1;
  const set = compile(deps.readPolicies, document, rev);
  if (!before.builtIn && set.digest === before.set.digest) return before;
  checkSet(document, set.policies, deps.clock());
  const data = { ...policyDataOf(head), own: { document, set } };
  const decided = await decide(deps, {
    subject: POLICY_SUBJECT,
    expectedRev: head?.rev ?? 0,
    ...asked,
    ...(head !== undefined && { createdAt: head.createdAt }),
    from: head?.state.kind ?? 'None',
    rule: setPolicies,
    inputs: { before: before.document, document },
    step: ({ policies, calendars, exceptions }) => ({
      event: 'PoliciesChanged',
      events: [{ type: 'PoliciesChanged', data: { policies, calendars, exceptions } }],
      reasons: [
        {
          code: 'ASKED',
          text: `${document.policies.length} policies and ${document.exceptions.length} exceptions are in force; removed: ${policies.removed.join(', ') || 'none'}`,
        },
      ],
      state: { kind: 'InForce' },
      data,
    }),
  });
  return policiesOf(decided.head);
}

/** A decision holds the set before and after, and is at most 64 KB. */
function checkSize(document: PolicySetDocument): void {
  const bytes = Buffer.byteLength(canonicalJson(document));
  if (bytes > MAX_SET_BYTES)
    throw new Fault('TooLarge', `the policies have ${bytes} bytes; at most ${MAX_SET_BYTES} fit`);
}
