import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ROLES } from '../../../../shared/approvals/contract.ts';
import { roleOf } from '../../../../shared/approvals/rules/role-of.ts';

test('of several groups the strongest counts', () => {
  expect(roleOf(['viewer', 'approver', 'operator'])).toBe('approver');
});

test('a claim with one name is read like a list of one', () => {
  expect(roleOf('admin')).toBe('admin');
});

test('a claim that is no name and no list of names gives no role', () => {
  for (const claim of [undefined, null, 7, {}, [['admin']], { 0: 'admin' }, ['Admin'], 'admin viewer']) {
    expect(roleOf(claim)).toBeUndefined();
  }
});

test('groups that are no roles change nothing, and further groups never weaken a caller', () => {
  const roles = fc.array(fc.constantFrom(...ROLES));
  const others = fc.array(fc.string().filter((name) => !ROLES.some((role) => role === name)));
  fc.assert(
    fc.property(roles, others, roles, (groups, noise, more) => {
      expect(roleOf([...noise, ...groups])).toBe(roleOf(groups));
      const rank = (claim: readonly string[]) => {
        const role = roleOf(claim);
        return role === undefined ? -1 : ROLES.indexOf(role);
      };
      const before = rank(groups);
      const after = rank([...groups, ...more]);
      expect(after).toBeGreaterThanOrEqual(before);
    }),
  );
});
