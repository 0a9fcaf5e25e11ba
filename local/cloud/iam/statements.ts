import { arn } from '../template/identities.ts';
import { isRecord, listOf, record, texts } from '../template/values.ts';
import { type Context, compileConditions, type Test, wildcards } from './conditions.ts';

/** One call as policies see it. */
export type IamRequest = {
  readonly action: string;
  readonly resource: string;
  readonly context: Context;
};

export type Statement = {
  readonly effect: 'Allow' | 'Deny';
  readonly from: string;
  readonly covers: (action: string) => boolean;
  readonly reaches: (resource: string) => boolean;
  readonly holds: Test;
  /** Whether a resource policy speaks of a service (by its name) or a role (by its ARN). */
  readonly speaksOf: (caller: string) => boolean;
  /** It gives nothing itself and lets the account's own policies give it, as a key's policy does by naming the account. */
  readonly delegates: boolean;
};

const ROOT = arn('iam', 'root', '');
const ROLES = arn('iam', 'role/', '');
const ELEMENTS = /^(Sid|Effect|Principal|Action|Resource|Condition)$/;

/** Compiles a policy document once. `from` names it in reasons; what is not known goes to `refuse`. */
export function compileDocument(
  document: unknown,
  from: string,
  refuse: (problem: string) => void,
): readonly Statement[] {
  return listOf(record(document, from).Statement).map((item) => {
    const statement = record(item, `a statement of ${from}`);
    const say = (problem: string) => refuse(`${from}: ${problem}`);
    for (const element of Object.keys(statement).filter((name) => !ELEMENTS.test(name)))
      say(`the statement element ${element} is not known`);
    if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny')
      say(`the effect ${String(statement.Effect)} is not known`);
    const delegates = namesAccount(statement.Principal) && statement.Effect === 'Allow';
    return {
      // A statement whose effect nobody understands may only take rights away.
      effect: statement.Effect === 'Allow' ? 'Allow' : 'Deny',
      from,
      covers: compileList(statement.Action, 'Action', say, 'i'),
      reaches: compileList(statement.Resource, 'Resource', say, ''),
      holds: compileConditions(statement.Condition, say),
      speaksOf: compilePrincipal(statement.Principal, delegates, say),
      delegates,
    };
  });
}

/** Evaluates as AWS does: an explicit deny wins, then an allow, then the default deny. */
export function evaluate(statements: readonly Statement[], request: IamRequest): Statement | undefined {
  const { resource, context } = request;
  const speaking = statements.filter((statement) => statement.reaches(resource) && statement.holds(context));
  return speaking.find(({ effect }) => effect === 'Deny') ?? speaking[0];
}

function compileList(
  value: unknown,
  element: string,
  refuse: (problem: string) => void,
  flags: string,
): (actual: string) => boolean {
  const patterns = texts(value, element);
  if (patterns.length === 0) refuse(`a statement without ${element} is not known`);
  if (patterns.some((pattern) => pattern.includes('${')))
    refuse(`policy variables (${patterns.join(', ')}) are not known`);
  return wildcards(patterns, flags);
}

function compilePrincipal(
  principal: unknown,
  delegates: boolean,
  refuse: (problem: string) => void,
): Statement['speaksOf'] {
  if (principal === undefined || principal === '*') return () => true;
  const { AWS, Service, ...others } = isRecord(principal) ? principal : { Unknown: principal };
  for (const kind of Object.keys(others)) refuse(`principals of kind ${kind} are not known`);
  const named = texts(AWS, 'Principal.AWS');
  const unknown = named.filter((one) => one !== '*' && one !== ROOT && !one.startsWith(ROLES));
  if (unknown.length > 0) refuse(`the principals ${unknown.join(', ')} are not known`);
  const callers = [...named, ...texts(Service, 'Principal.Service')];
  // What is denied to the account is denied to every role of it.
  const toRoles = named.includes(ROOT) && !delegates;
  return (caller) =>
    callers.includes('*') || callers.includes(caller) || (toRoles && caller.startsWith(ROLES));
}

function namesAccount(principal: unknown): boolean {
  return isRecord(principal) && texts(principal.AWS, 'Principal.AWS').includes(ROOT);
}
