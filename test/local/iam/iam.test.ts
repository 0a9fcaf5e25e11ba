import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createIam, OWNER } from '../../../local/cloud/iam/iam.ts';
import { R, resource, role } from './roles.ts';

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

describe('a role may do what its policies allow', () => {
  test('nothing is allowed by default, and the reason names caller, action and resource', () => {
    expect(createIam([role()]).authorize(R, put)).toEqual({
      allowed: false,
      reason: `${R.kind === 'role' ? R.arn : ''} is not authorized to perform dynamodb:PutItem on ${TABLE}`,
    });
  });
  test.each([
    ['an exact grant', [allow()], true],
    ['a wildcard action', [allow({ Action: ['dynamodb:Put*'] })], true],
    ['actions without regard to case', [allow({ Action: 'DYNAMODB:putitem' })], true],
    ['a question mark is one character', [allow({ Resource: 'arn:aws:dynamodb:*:table/App-?' })], true],
    ['resources with regard to case', [allow({ Resource: TABLE.toUpperCase() })], false],
    ['another action', [allow({ Action: 'dynamodb:GetItem' })], false],
    [
      'everything but this action',
      [{ Effect: 'Allow', NotAction: 'dynamodb:PutItem', Resource: '*' }],
      false,
    ],
    ['everything but another action', [{ Effect: 'Allow', NotAction: 's3:*', Resource: '*' }], true],
    ['everything but this resource', [{ Effect: 'Allow', Action: '*', NotResource: TABLE }], false],
    ['a deny beside a grant', [allow(), { Effect: 'Deny', Action: '*', Resource: '*' }], false],
    ['a deny elsewhere', [allow(), { Effect: 'Deny', Action: '*', Resource: 'arn:aws:s3:::*' }], true],
  ])('%s', (_, statements, expected) => {
    expect(allowed(statements)).toBe(expected);
  });
  test('of several resources each must be allowed', () => {
    expect(allowed([allow()], { ...put, resource: [TABLE, `${TABLE}2`] } as never)).toBe(false);
    expect(
      allowed([allow({ Resource: `${TABLE}*` })], { ...put, resource: [TABLE, `${TABLE}2`] } as never),
    ).toBe(true);
  });
  test('a deny wins wherever it stands', () => {
    const deny = { Effect: 'Deny', Action: 'dynamodb:*', Resource: '*' };
    fc.assert(
      fc.property(
        fc.shuffledSubarray([allow(), allow({ Resource: '*' }), deny, allow({ Action: '*' })]),
        (statements) => {
          expect(allowed(statements)).toBe(statements.length > 0 && !statements.includes(deny));
        },
      ),
    );
  });
  test('policies attached by name and managed policies count, and the logs policy of AWS is known', () => {
    const attached = (type: string) =>
      createIam([
        resource('AWS::IAM::Role', 'R', {
          ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
        }),
        resource(type, 'P', { PolicyDocument: { Statement: [allow()] }, Roles: ['App-R'] }),
      ]);
    expect(attached('AWS::IAM::Policy').authorize(R, put).allowed).toBe(true);
    expect(attached('AWS::IAM::ManagedPolicy').authorize(R, put).allowed).toBe(true);
    const logs = { action: 'logs:PutLogEvents', resource: 'arn:aws:logs:x', context: {} };
    expect(attached('AWS::IAM::Policy').authorize(R, logs).allowed).toBe(true);
  });
});

describe('what the evaluator does not know is refused at start', () => {
  test('every unknown key, operator, element and managed policy is listed at once', () => {
    const unknown = [
      resource('AWS::IAM::Role', 'R', {
        ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
        Policies: [
          {
            PolicyDocument: {
              Statement: [
                allow({ Condition: { DateLessThan: { 'aws:CurrentTime': 'x' } } }),
                allow({ NotPrincipal: '*' }),
                allow({ Resource: `arn:\${aws:PrincipalTag/x}` }),
              ],
            },
          },
        ],
      }),
    ];
    const message = (() => {
      try {
        createIam(unknown);
        return '';
      } catch (cause) {
        return String(cause);
      }
    })();
    for (const part of [
      'aws:CurrentTime',
      'DateLessThan',
      'NotPrincipal',
      'AdministratorAccess',
      'PrincipalTag',
    ]) {
      expect(message).toContain(part);
    }
  });
});

describe('a key', () => {
  const iam = createIam([role()]);
  test('of a role names the role again, and is the same on every start', () => {
    const { accessKeyId } = iam.credentialsOf('R');
    expect(iam.principalOf(accessKeyId)).toEqual(R);
    expect(createIam([role()]).credentialsOf('R')).toEqual(iam.credentialsOf('R'));
  });
  test('of the owner opens everything', () => {
    expect(iam.principalOf(OWNER.accessKeyId)).toEqual({ kind: 'owner' });
    expect(iam.authorize({ kind: 'owner' }, put).allowed).toBe(true);
  });
  test('that nobody has names nobody, and a role that does not exist has none', () => {
    expect(iam.principalOf('AKIAUNKNOWN')).toBeUndefined();
    expect(() => iam.credentialsOf('Nobody')).toThrow(/no role Nobody/);
  });
});
