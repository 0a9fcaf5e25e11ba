import { isRecord, listOf, record, texts } from '../template/values.ts';
import { type Context, compileConditions, type Test, wildcards } from './conditions.ts';

/** One call as policies see it. Every resource named must be allowed. */
export type IamRequest = {
  readonly action: string;
  readonly resource: string | readonly string[];
  readonly context: Context;
};

/** One thing asked of the policies: a single resource. */
export type Question = { readonly action: string; readonly resource: string; readonly context: Context };

export type Statement = {
  readonly effect: 'Allow' | 'Deny';
  readonly from: string;
  readonly covers: (action: string) => boolean;
  readonly reaches: (resource: string) => boolean;
  readonly holds: Test;
  /** Whom a resource policy speaks of; in an identity policy, everybody it is attached to. */
  readonly speaksOf: (caller: { readonly arn?: string; readonly service?: string }) => boolean;
};

const ELEMENTS = new Set([
  'Sid',
  'Effect',
  'Principal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);

/** Compiles a policy document once. `from` names it in reasons; what is not known goes to `refuse`. */
export function compileDocument(
  document: unknown,
  from: string,
  refuse: (problem: string) => void,
): readonly Statement[] {
  return listOf(record(document, from).Statement).map((item) => {
    const statement = record(item, `a statement of ${from}`);
    const say = (problem: string) => refuse(`${from}: ${problem}`);
    for (const element of Object.keys(statement)) {
      if (!ELEMENTS.has(element)) say(`the statement element ${element} is not known`);
    }
    if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny')
      say(`the effect ${String(statement.Effect)} is not known`);
    return {
      // A statement whose effect nobody understands may only take rights away.
      effect: statement.Effect === 'Allow' ? 'Allow' : 'Deny',
      from,
      covers: compileList(statement, 'Action', say, 'i'),
      reaches: compileList(statement, 'Resource', say, ''),
      holds: compileConditions(statement.Condition, say),
      speaksOf: compilePrincipal(statement.Principal, say),
    };
  });
}

/** Evaluates as AWS does: an explicit deny wins, then an allow, then the default deny. */
export function evaluate(statements: readonly Statement[], question: Question): Statement | undefined {
  const { resource, context } = question;
  const speaking = statements.filter((statement) => statement.reaches(resource) && statement.holds(context));
  return speaking.find(({ effect }) => effect === 'Deny') ?? speaking[0];
}

function compileList(
  statement: Readonly<Record<string, unknown>>,
  element: string,
  refuse: (problem: string) => void,
  flags: string,
): (actual: string) => boolean {
  const inverted = statement[`Not${element}`];
  const patterns = texts(statement[element] ?? inverted, element);
  if (patterns.some((pattern) => pattern.includes('${')))
    refuse(`policy variables (${patterns.join(', ')}) are not known`);
  if (patterns.length === 0 && element === 'Resource') return () => true;
  const matches = wildcards(patterns, flags);
  return inverted === undefined ? matches : (actual) => !matches(actual);
}

function compilePrincipal(principal: unknown, refuse: (problem: string) => void): Statement['speaksOf'] {
  if (principal === undefined || principal === '*') return () => true;
  const { AWS, Service, ...others } = isRecord(principal) ? principal : { Unknown: principal };
  for (const kind of Object.keys(others)) refuse(`principals of kind ${kind} are not known`);
  const arns = texts(AWS, 'Principal.AWS');
  const services = texts(Service, 'Principal.Service');
  if (arns.some((arn) => /:root$|^\d{12}$/.test(arn))) refuse('a whole account as a principal is not known');
  return ({ arn, service }) =>
    (arn !== undefined && (arns.includes('*') || arns.includes(arn))) ||
    (service !== undefined && (arns.includes('*') || services.includes(service)));
}
