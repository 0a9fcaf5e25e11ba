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
  [
    'Bool knows no case',
    allow({ Condition: { Bool: { 'aws:SecureTransport': 'FALSE' } } }),
    { ...put, context: { 'aws:SecureTransport': 'false' } },
    true,
  ],
  [
    'ARNs may be patterns',
    allow({ Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:events:*:rule/r' } } }),
    { ...put, context: { 'aws:SourceArn': 'arn:aws:events:x:y:rule/r' } },
    true,
  ],
  [
    'Null holds where the key is absent',
    allow({ Condition: { Null: { 's3:if-none-match': 'true' } } }),
    put,
    true,
  ],
  [
    'Null with false holds where the key is present',
    allow({ Condition: { Null: { 's3:if-none-match': false } } }),
    { ...put, context: { 's3:if-none-match': '*' } },
    true,
  ],
  [
    'each of several must hold',
    allow({ Condition: { StringEquals: { 'aws:SourceArn': 'a', 'aws:SourceAccount': 'b' } } }),
    { ...put, context: { 'aws:SourceArn': 'a', 'aws:SourceAccount': 'c' } },
    false,
  ],
];

describe('a condition', () => {
  test.each(CASES)('%s', (_, statement, request, expected) => {
    expect(allowed([statement], request as typeof put)).toBe(expected);
  });

  test('on several values of a call holds for any when one does, and for all when each does', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c')), (values) => {
        const any = leading('ForAnyValue:StringEquals', 'a', 'b');
        const all = leading('ForAllValues:StringEquals', 'a', 'b');
        expect(allowed([any], keys(...values))).toBe(values.some((value) => value !== 'c'));
        expect(allowed([all], keys(...values))).toBe(values.every((value) => value !== 'c'));
      }),
    );
  });

  test.each(['StringNotEquals', 'StringEqualsIfExists', 'NumericLessThan', 'ForSomeValues:StringLike'])(
    'with the operator %s is refused at start',
    (operator) => {
      expect(() => allowed([enclosing(operator, 'x')])).toThrow(
        `the condition operator ${operator} is not known`,
      );
    },
  );
});
