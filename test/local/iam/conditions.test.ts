import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createIam } from '../../../local/cloud/iam/iam.ts';
import { R, role } from './roles.ts';

const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table/App-T';
const put = { action: 'dynamodb:PutItem', resource: TABLE, context: {} };
const allow = (more: Readonly<Record<string, unknown>> = {}) => ({
  Effect: 'Allow',
  Action: 'dynamodb:PutItem',
  Resource: TABLE,
  ...more,
});
const allowed = (statements: readonly Readonly<Record<string, unknown>>[], request = put) =>
  createIam([role(...statements)]).authorize(R, request).allowed;

const enclosing = (operator: string, value: unknown) =>
  allow({ Condition: { [operator]: { 'dynamodb:EnclosingOperation': value } } });
const within = (operation: string) => ({ ...put, context: { 'dynamodb:EnclosingOperation': operation } });
const keys = (...LeadingKeys: readonly string[]) => ({
  ...put,
  context: { 'dynamodb:LeadingKeys': LeadingKeys },
});
const leading = (operator: string, ...value: readonly string[]) =>
  allow({ Condition: { [operator]: { 'dynamodb:LeadingKeys': value } } });
const CASES: readonly (readonly [string, Readonly<Record<string, unknown>>, unknown, boolean])[] = [
  [
    'holds for an equal value',
    enclosing('ForAnyValue:StringEquals', ['TransactWriteItems']),
    within('TransactWriteItems'),
    true,
  ],
  [
    'does not hold for another',
    enclosing('StringEquals', 'TransactWriteItems'),
    within('TransactGetItems'),
    false,
  ],
  ['fails where the key is absent', enclosing('StringEquals', 'TransactWriteItems'), put, false],
  [
    'for any value fails where the key is absent',
    enclosing('ForAnyValue:StringEquals', 'TransactWriteItems'),
    put,
    false,
  ],
  ['for all values holds where the key is absent', leading('ForAllValues:StringLike', 'WAIT#*'), put, true],
  [
    'if exists holds where the key is absent',
    enclosing('StringEqualsIfExists', 'TransactWriteItems'),
    put,
    true,
  ],
  ['negated holds where the key is absent', enclosing('StringNotEquals', 'TransactWriteItems'), put, true],
  [
    'negated fails for the value',
    enclosing('StringNotEquals', 'TransactWriteItems'),
    within('TransactWriteItems'),
    false,
  ],
  [
    'for all values asks every value',
    leading('ForAllValues:StringLike', 'WAIT#*'),
    keys('WAIT#1', 'LEASE#x'),
    false,
  ],
  [
    'for all values takes any pattern',
    leading('ForAllValues:StringLike', 'WAIT#*', 'LEASE#?'),
    keys('WAIT#1', 'LEASE#x'),
    true,
  ],
  ['Null true wants the key absent', enclosing('Null', 'true'), within('x'), false],
  ['Null false wants the key present', enclosing('Null', 'false'), within('x'), true],
  [
    'keys are named without regard to case',
    allow({ Condition: { StringEquals: { 'DynamoDB:enclosingoperation': 'x' } } }),
    within('x'),
    true,
  ],
  [
    'Bool compares texts',
    allow({ Condition: { Bool: { 'aws:SecureTransport': false } } }),
    { ...put, context: { 'aws:SecureTransport': 'true' } },
    false,
  ],
  ['numbers are compared as numbers', enclosing('NumericLessThan', 10), within('9'), true],
  ['what is no number is less than nothing', enclosing('NumericLessThan', 10), within('x'), false],
];

describe('a condition', () => {
  test.each(CASES)('%s', (_, statement, request, expected) => {
    expect(allowed([statement], request as typeof put)).toBe(expected);
  });

  test('a negated operator says the opposite of its plain form on any present value', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('StringEquals', 'StringLike', 'ArnLike'),
        fc.string(),
        fc.stringMatching(/^[a-z*?]{0,6}$/),
        (operator, actual, pattern) => {
          const negated = operator.replace(/(String|Arn)/, '$1Not');
          expect(allowed([enclosing(negated, pattern)], within(actual))).toBe(
            !allowed([enclosing(operator, pattern)], within(actual)),
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});
