import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MODES } from '../../../../shared/rollbacks/contract.ts';
import {
  type OpenRollbackInputs,
  openRollback,
  stricterMode,
} from '../../../../shared/rollbacks/rules/open-rollback.ts';

const FREE: OpenRollbackInputs = {
  ...{ service: 'shop', environment: 'staging', trigger: { type: 'signal', id: 's', text: 't' } },
  ...{ level: 'auto', killSwitchOn: false, revision: 'a', previous: null },
  ...{ attemptsToday: 0, attemptsAtOnce: 0, limits: { perDay: 5, atOnce: 10 } },
};
const PERSON = { trigger: { type: 'person', id: 'p', text: 't' } } as const;
const before = (revision: string | null, healthyBetween = false) => ({
  previous: { id: 'rbk_1', revision, healthyBetween },
});
const open = (part: Partial<OpenRollbackInputs>) => openRollback.decide({ ...FREE, ...part });

test.each([
  ['nothing before it', {}, []],
  ['the kill switch', { killSwitchOn: true }, ['KILL_SWITCH']],
  ['the kill switch, asked by a person', { killSwitchOn: true, ...PERSON }, ['KILL_SWITCH']],
  ['the same episode', before('a'), ['EPISODE_ENDED']],
  ['the same episode, asked by a person', { ...before('a'), ...PERSON }, []],
  ['another revision', before('b'), []],
  ['the same revision, healthy between', before('a', true), []],
  ['an attempt whose revision nobody knew', before(null), ['EPISODE_ENDED']],
  ['a revision that nobody knows now', { ...before('a'), revision: null }, ['EPISODE_ENDED']],
  ['four attempts today', { attemptsToday: 4 }, []],
  ['five attempts today', { attemptsToday: 5 }, ['QUOTA_PER_DAY']],
  ['five attempts today, asked by a person', { attemptsToday: 5, ...PERSON }, []],
  ['ten open at once', { attemptsAtOnce: 10 }, ['QUOTA_AT_ONCE']],
  ['ten open at once, asked by a person', { attemptsAtOnce: 10, ...PERSON }, ['QUOTA_AT_ONCE']],
] as const)('%s', (_what, part, refusals) => {
  expect(open(part)).toMatchObject({ open: refusals.length === 0, refusals });
});

test('only staging is ever auto, and a mode never goes beyond autonomy nor beyond what was said at first', () => {
  const mode = fc.constantFrom(...MODES);
  fc.assert(
    fc.property(
      fc.constantFrom('staging', 'production', 'test', ''),
      mode,
      mode,
      (environment, level, until) => {
        const found = stricterMode(environment, level, until);
        expect(MODES.indexOf(found)).toBeLessThanOrEqual(
          Math.min(MODES.indexOf(level), MODES.indexOf(until)),
        );
        if (found === 'auto') expect(environment).toBe('staging');
      },
    ),
  );
});
