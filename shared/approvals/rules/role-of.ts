import { ROLES, type Role } from '../contract.ts';

/**
 * The strongest role among a caller's groups. `groups` is a claim as it came: a list of names, or one name;
 * anything else, and every name that is no role, counts for nothing.
 */
export function roleOf(groups: unknown): Role | undefined {
  const names: readonly unknown[] = Array.isArray(groups) ? groups : [groups];
  return ROLES.findLast((role) => names.includes(role));
}
