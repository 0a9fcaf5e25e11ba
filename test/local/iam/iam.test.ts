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
    ['a deny beside a grant', [allow(), { Effect: 'Deny', Action: '*', Resource: '*' }], false],
    ['a deny elsewhere', [allow(), { Effect: 'Deny', Action: '*', Resource: 'arn:aws:s3:::*' }], true],
  ])('%s', (_, statements, expected) => {
    expect(allowed(statements)).toBe(expected);
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
  test('a policy counts for the roles that it is attached to', () => {
    const attached = (to: string) =>
      createIam([
        resource('AWS::IAM::Role', 'R'),
        resource('AWS::IAM::Policy', 'P', { PolicyDocument: { Statement: [allow()] }, Roles: [to] }),
      ]).authorize(R, put).allowed;
    expect(attached('App-R')).toBe(true);
    expect(attached('App-Other')).toBe(false);
  });
});

describe('what the evaluator does not know is refused at start', () => {
  test('every unknown key, operator, element and managed policy is listed at once', () => {
    const unknown = [
      resource('AWS::Events::EventBusPolicy', 'BusPolicy'),
      resource('AWS::IAM::Role', 'R', {
        ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
        PermissionsBoundary: 'arn:aws:iam::aws:policy/x',
        Policies: [
          {
            PolicyDocument: {
              Statement: [
                allow({ Condition: { DateLessThan: { 'aws:CurrentTime': 'x' } } }),
                allow({ NotPrincipal: '*' }),
                { Effect: 'Allow', NotAction: 's3:*', NotResource: '*' },
                allow({ Principal: { AWS: 'arn:aws:iam::111111111111:root', Federated: 'x' } }),
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
      'R: ManagedPolicyArns is',
      'R: PermissionsBoundary is',
      'PrincipalTag',
      'NotAction',
      'NotResource',
      'without Resource',
      '111111111111:root',
      'Federated',
      'BusPolicy: policies of type AWS::Events::EventBusPolicy',
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
