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
  /** Whether a resource policy speaks of a service, or of a role when there is none. */
  readonly speaksOf: (service: string | undefined) => boolean;
};

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
    return {
      // A statement whose effect nobody understands may only take rights away.
      effect: statement.Effect === 'Allow' ? 'Allow' : 'Deny',
      from,
      covers: compileList(statement.Action, 'Action', say, 'i'),
      reaches: compileList(statement.Resource, 'Resource', say, ''),
      holds: compileConditions(statement.Condition, say),
      speaksOf: compilePrincipal(statement.Principal, say),
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

function compilePrincipal(principal: unknown, refuse: (problem: string) => void): Statement['speaksOf'] {
  if (principal === undefined || principal === '*') return () => true;
  const { AWS, Service, ...others } = isRecord(principal) ? principal : { Unknown: principal };
  for (const kind of Object.keys(others)) refuse(`principals of kind ${kind} are not known`);
  const accounts = texts(AWS, 'Principal.AWS');
  const named = accounts.filter((account) => account !== '*');
  if (named.length > 0) refuse(`the principals ${named.join(', ')} are not known`);
  const services = texts(Service, 'Principal.Service');
  return (service) => accounts.includes('*') || (service !== undefined && services.includes(service));
}
