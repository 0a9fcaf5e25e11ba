import { expect, test } from 'vitest';
import { deployBadErrors, deploySlow, whenText } from '../../local/scenarios/deploy-bad.ts';

test.each([deployBadErrors, deploySlow])(
  '$name must be back within one interval of its verdict',
  (journey) => {
    expect(journey.expected).toContain(`canary at 0 % ${whenText(6, 6)}, tried again`);
  },
);

test.each([
  [6.1, '6.1 s after the verdict, later than one interval of 6 s'],
  [Number.NaN, 'NaN s after the verdict, later than one interval of 6 s'],
  [undefined, '? s after the verdict, later than one interval of 6 s'],
])('%s seconds are not within an interval of 6', (seconds, text) => {
  expect(whenText(seconds, 6)).toBe(text);
});
