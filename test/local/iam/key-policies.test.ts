import { expect, test } from 'vitest';
import { createIam } from '../../../local/cloud/iam/iam.ts';
import { R, resource, role } from './roles.ts';

const ARN = 'arn:aws:kms:us-east-1:000000000000:key/App-K';
const ROOT = { AWS: 'arn:aws:iam::000000000000:root' };
const own = { Effect: 'Allow', Action: 'kms:Sign', Resource: ARN };
const key = (...Statement: readonly object[]) =>
  resource('AWS::KMS::Key', 'K', {
    KeyPolicy: { Statement: Statement.map((one) => ({ Resource: '*', ...one })) },
  });
const may = (policies: readonly object[], ...statements: readonly object[]) =>
  createIam([role(...(policies as Record<string, unknown>[])), key(...statements)]).authorize(R, {
    action: 'kms:Sign',
    resource: ARN,
    context: {},
  }).allowed;
const allow = (Principal: object, Action = 'kms:*') => ({ Effect: 'Allow', Principal, Action });
const deny = (Principal: object) => ({ ...allow(Principal), Effect: 'Deny' });
const toRole = { AWS: R.kind === 'role' ? R.arn : '' };

test.each([
  ['that names the account lets the policies of roles decide', [own], [allow(ROOT)], true],
  ['that names the account gives nothing itself', [], [allow(ROOT)], false],
  ['that does not name the account makes the policies of roles void', [own], [], false],
  [
    'that names the account for another action leaves them void',
    [own],
    [allow(ROOT, 'kms:Describe*')],
    false,
  ],
  ['that names a role gives it the key', [], [allow(toRole)], true],
  ['that names another role gives this one nothing', [], [allow({ AWS: `${toRole.AWS}2` })], false],
  ['that denies the account denies every role', [own], [allow(ROOT), deny(ROOT)], false],
  ['that denies a role denies it', [own], [allow(ROOT), deny(toRole)], false],
] as const)('the policy of a key %s', (_, policies, statements, expected) => {
  expect(may(policies, ...statements)).toBe(expected);
});

test('the policy of a key speaks of that key alone', () => {
  const iam = createIam([role({ ...own, Resource: '*' }), key(allow(ROOT))]);
  const other = { action: 'kms:Sign', resource: `${ARN}2`, context: {} };
  expect(iam.authorize(R, other).allowed).toBe(false);
});
