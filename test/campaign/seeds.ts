/**
 * Seeds of the campaign that found a bug, with what it was. They run in `npm test` for good. A seed means its plan only
 * as long as plan.ts draws in the same order: whoever changes it looks whether these still meet what they are about.
 */
export const FOUND: readonly (readonly [seed: number, bug: string])[] = [
  [14, 'handing over to a person died once, and the attempt was lost'],
  [71, 'the store was away for a few seconds while handing over, and the attempt was lost'],
  [64, 'what an ended attempt left open stayed open beside the pull request of the next one'],
  [1030, 'a refused request before the workflow was started, and it never was'],
  [1044, 'an overdue page made an approved merge that waits spin once a second'],
  [1447, 'the same under autonomy approve'],
  [1529, 'a merge task that ran twice decided twice to queue'],
];

/** Seeds in which a merge awaits a checkpoint, and whether it comes in time. */
export const AWAITING: readonly (readonly [seed: number, end: 'merged' | 'overdue'])[] = [
  [95, 'merged'],
  [60, 'merged'],
  [248, 'merged'],
  [538, 'merged'],
  [55, 'overdue'],
  [256, 'overdue'],
];
