import { readBlob, treeEntries } from '../git/read-objects.ts';
import type { CheckCommand } from './run-check.ts';

export const CHECKS_FILE = 'checks.json';

/**
 * The checks that a commit declares: `{"checks": [{"name": "unit", "command": ["node", "--test"]}]}`. Undefined
 * without such a file; 'unreadable' when it says anything else.
 */
export async function declaredChecks(
  git: string,
  commit: string,
): Promise<readonly CheckCommand[] | 'unreadable' | undefined> {
  const [entry] = await treeEntries(git, commit, CHECKS_FILE);
  if (entry === undefined) return undefined;
  try {
    const file: unknown = JSON.parse((await readBlob(git, entry.sha)).toString('utf8'));
    const checks = typeof file === 'object' && file !== null && 'checks' in file ? file.checks : undefined;
    return Array.isArray(checks) && checks.every(isCheck) ? checks : 'unreadable';
  } catch {
    return 'unreadable';
  }
}

function isCheck(value: unknown): value is CheckCommand {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('command' in value))
    return false;
  const { name, command } = value;
  if (typeof name !== 'string' || name === '' || !Array.isArray(command) || command.length === 0)
    return false;
  return command.every((part) => typeof part === 'string');
}
