import type { Reading } from '../../../../shared/rollbacks/rules/readings.ts';

const START = Date.parse('2026-11-21T10:00:00.000Z');
export const at = (seconds: number): string => new Date(START + seconds * 1000).toISOString();

const NAMES: Readonly<Record<string, string>> = {
  b: 'Degraded',
  g: 'Healthy',
  p: 'Progressing',
  u: 'Unknown',
};

/** Readings ten seconds apart, one for each letter: b(ad), g(ood), p(rogressing), u(nknown), `.` = nobody read. */
export function series(letters: string, more: Partial<Reading> = {}): readonly Reading[] {
  return [...letters].flatMap((letter, index) => {
    const health = NAMES[letter];
    if (health === undefined) return [];
    const desired = { desired: 3, available: letter === 'b' ? 1 : 3 };
    return [{ health, sync: 'Synced', revision: 'old', ...desired, observedAt: at(index * 10), ...more }];
  });
}
