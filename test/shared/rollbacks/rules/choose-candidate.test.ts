import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type CandidateEvidence,
  chooseCandidate,
} from '../../../../shared/rollbacks/rules/choose-candidate.ts';
import { resolveCandidate } from '../../../../shared/rollbacks/rules/resolve-candidate.ts';
import { at, series } from './readings.ts';

const DAY = 86_400;
const one = (revision: string, more: Partial<CandidateEvidence> = {}): CandidateEvidence => ({
  ...{ revision, message: revision, committedAt: at(-DAY), ci: 'success', uptime: '0.998', samples: 9 },
  ...more,
});
const search = (evidence: readonly CandidateEvidence[]) => ({
  current: 'broken',
  evidence,
  search: { ended: 'exhausted' as const, examined: evidence.length },
  now: at(0),
  limits: { stableUptime: '0.99', days: 30, commits: 50 },
});
const choose = (...evidence: readonly CandidateEvidence[]) => chooseCandidate.decide(search(evidence));

test('W6: past red checks and 95 % uptime it is the third', () => {
  const outcome = choose(one('a', { ci: 'failure' }), one('b', { uptime: '0.95' }), one('c'), one('d'));
  expect(outcome).toMatchObject({ candidate: 'c', measured: true });
  expect(outcome.considered.map(({ verdict }) => verdict)).toEqual(['refused', 'refused', 'passes']);
});

test.each([
  [{ revision: 'broken' }, 'is the degraded revision'],
  [{ committedAt: at(-30 * DAY - 1) }, 'is older than 30 days'],
  [{ committedAt: 'never' }, 'is older than 30 days'],
  [{ uptime: '0.989999' }, 'its uptime was 0.989999, below 0.99'],
  [{ condemnedBy: 'rol_1' }, 'was condemned by rol_1'],
  [{ ci: 'none' }, 'its checks are none'],
  [{ ci: 'pending' }, 'its checks are pending'],
  [{ ci: 'unread' }, 'its checks are unread'],
] as const)('%o is refused', (part, reason) => {
  const { candidate, considered } = choose(one('a', part));
  expect([candidate, considered[0]?.reason]).toEqual([null, reason]);
});

test('exactly 99 % and exactly 30 days pass', () => {
  expect(choose(one('a', { uptime: '0.99', committedAt: at(-30 * DAY) })).candidate).toBe('a');
});

test('what was never measured passes, and is marked so', () => {
  const { uptime: _none, ...unmeasured } = one('a');
  expect(choose(unmeasured)).toMatchObject({ candidate: 'a', measured: false });
});

test('the fifty-first commit is never looked at', () => {
  const red = Array.from({ length: 50 }, (_, index) => one(`r${index}`, { ci: 'failure' }));
  expect(choose(...red, one('good')).candidate).toBeNull();
});

test('a candidate always has green checks, is young enough and is never the degraded revision', () => {
  const evidence = fc.record({
    revision: fc.constantFrom('broken', 'a', 'b'),
    message: fc.constant('m'),
    committedAt: fc.integer({ min: -40 * DAY, max: 0 }).map(at),
    ci: fc.constantFrom('success', 'failure', 'pending', 'none', 'unread'),
    uptime: fc.constantFrom(undefined, '0.5', '0.99', '1'),
  });
  fc.assert(
    fc.property(fc.array(evidence, { maxLength: 60 }), (all) => {
      const { candidate, considered } = chooseCandidate.decide(search(all));
      if (candidate === null) return;
      const chosen = all[considered.length - 1];
      expect(chosen).toMatchObject({ revision: candidate, ci: 'success' });
      expect(candidate).not.toBe('broken');
      expect(chosen?.uptime).not.toBe('0.5');
    }),
  );
});

test.each([
  ['auto', [one('a')], 'CandidateResolved', 'CandidateResolved'],
  ['suggest', [], 'NoCandidate', 'AwaitingHumanReview'],
  ['observe', [one('a')], 'CandidateResolved', 'Observed'],
  ['observe', [], 'NoCandidate', 'Observed'],
] as const)('in mode %s a confirmed degradation and %o lead on', (mode, evidence, event, to) => {
  const limits = { checks: 3, spanSeconds: 20, gapSeconds: 15, healthySeconds: 60 };
  const confirmation = { readings: series('bbb'), now: at(20), deadlineAt: at(240), limits };
  const outcome = resolveCandidate.decide({ mode, confirmation, search: search(evidence) });
  expect(outcome).toMatchObject({ event, to, confirmation: { verdict: 'confirmed' } });
});
