import type { ChangeOutline } from './facts.ts';

/** Kinds of change whose failures are counted apart. */
export const CHANGE_CLASSES = ['small', 'large', 'migration', 'config', 'hotfix'] as const;
export type ChangeClass = (typeof CHANGE_CLASSES)[number];

/** The first step of genops-v1: at 201 lines or 21 files a change is no longer small. */
const LARGE = { lines: 200, files: 20 } as const;

/** The classes a change counts in when it is over: `small` only when nothing else applies. */
export function classesOf(change: ChangeOutline): readonly ChangeClass[] {
  const classes: ChangeClass[] = [];
  if (change.lines > LARGE.lines || change.files > LARGE.files) classes.push('large');
  if (change.migration) classes.push('migration');
  if (change.config) classes.push('config');
  if (change.hotfix) classes.push('hotfix');
  return classes.length === 0 ? ['small'] : classes;
}

/**
 * The classes a change is judged by: its own, and always `small`, since no change is safer than a small one of
 * the same service. A fact that is added can therefore only add a class, and never lower the risk.
 */
export function judgedBy(change: ChangeOutline): readonly ChangeClass[] {
  const classes = classesOf(change);
  return classes.includes('small') ? classes : ['small', ...classes];
}
