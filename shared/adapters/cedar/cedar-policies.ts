import { policyToJson, validate } from '@cedar-policy/cedar-wasm/nodejs';
import { Fault, type Issue } from '../../kernel/fault.ts';
import { CEDAR_SCHEMA, EFFECT_OF_ACTION } from '../../policies/cedar-schema.ts';
import type { Condition } from '../../policies/condition.ts';
import type { Policy, PolicyEffect, PolicyText } from '../../policies/contract.ts';
import type { ReadPolicies } from '../../policies/ports.ts';
import { conditionOf, type Refused } from './cedar-condition.ts';

type Json = ReturnType<typeof policyToJson>;
type Parsed = Extract<Json, { readonly type: 'success' }>['json'];
/** A policy, or what is wrong with it. */
type Read = { readonly policy: Policy } | { readonly issues: readonly Issue[] };

/** Policies as Cedar's own parser and validator read them (strict mode), brought into the form that is evaluated. */
export const readPolicies: ReadPolicies = (texts) => {
  const read = texts.map(readOne);
  const issues = read.flatMap((each) => ('issues' in each ? each.issues : []));
  if (issues.length > 0) throw refusal(issues);
  return read.flatMap((each) => ('policy' in each ? [each.policy] : []));
};

function refusal(issues: readonly Issue[]): Fault {
  const first = issues[0];
  return new Fault('InvalidInput', `the policies are not valid: ${first?.path} ${first?.message}`, {
    issues,
  });
}

function readOne(text: PolicyText, index: number): Read {
  const path = `policies.${index}.cedar`;
  const issue = (message: string): Read => ({ issues: [{ path, message: `${text.id}: ${message}` }] });
  const parsed = policyToJson(text.cedar);
  if (parsed.type === 'failure') return issue(parsed.errors.map(({ message }) => message).join('; '));
  const wrong = schemaErrors(text);
  if (wrong.length > 0) return { issues: wrong.map((message) => ({ path, message })) };
  const { id, title, severity } = text;
  const effect = effectOf(parsed.json);
  if (effect === undefined)
    return issue(
      'must read permit(principal, action, resource) or forbid(principal, action == Action::"...", resource): places are asked for as context.service and context.environment',
    );
  const condition = wholeCondition(parsed.json);
  return 'refused' in condition
    ? issue(condition.refused)
    : { policy: { id, title, severity, effect, condition } };
}

/** What Cedar's validator says about one policy; an attribute or action that is unknown is named in it. */
function schemaErrors({ id, cedar }: PolicyText): readonly string[] {
  const answer = validate({
    schema: CEDAR_SCHEMA,
    policies: { staticPolicies: { [id]: cedar } },
    validationSettings: { mode: 'strict' },
  });
  if (answer.type === 'failure') return answer.errors.map(({ message }) => message);
  const warnings = answer.validationWarnings.filter(({ error }) => error.message.includes('impossible'));
  return [...answer.validationErrors, ...warnings].map(({ error }) =>
    error.help === null || error.help === undefined ? error.message : `${error.message} (${error.help})`,
  );
}

/** Principal and resource are left open: who may ask is no matter of policies, and a place is a fact. */
function effectOf({ effect, principal, action, resource }: Parsed): PolicyEffect | undefined {
  if (principal.op !== 'All' || resource.op !== 'All') return undefined;
  if (effect === 'permit') return action.op === 'All' ? 'permit' : undefined;
  if (action.op !== '==' || !('entity' in action)) return undefined;
  const named = '__entity' in action.entity ? action.entity.__entity.id : action.entity.id;
  return Object.entries(EFFECT_OF_ACTION).find(([name]) => name === named)?.[1];
}

/** `when`s hold and `unless`es do not, looked at in the order in which they are written. */
function wholeCondition({ conditions }: Parsed): Condition | Refused {
  let whole: Condition | undefined;
  for (const { kind, body } of conditions) {
    const part = conditionOf(body);
    if ('refused' in part) return part;
    const holds: Condition = kind === 'when' ? part : { op: 'not', of: part };
    whole = whole === undefined ? holds : { op: 'and', left: whole, right: holds };
  }
  return whole ?? { op: 'value', value: true };
}
