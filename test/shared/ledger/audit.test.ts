import { describe, expect, test } from 'vitest';
import { commitmentOf, type Decision, rule } from '../../../shared/kernel/index.ts';
import { checkCompleteness, matchesCommitment, replayDecision } from '../../../shared/ledger/index.ts';
import vectors from './vectors.json' with { type: 'json' };

const sealed = (id: string, ...revs: number[]) => revs.map((rev) => ({ kind: 'rollback', id, rev }));

describe('completeness', () => {
  test('revisions without a gap up to the head are complete; special entries do not count', () => {
    const special = { kind: 'ledger.rejected', id: 'x', rev: 7 };
    const verdict = checkCompleteness([...sealed('a', 1, 2), special], sealed('a', 2));
    expect(verdict).toEqual({ complete: true, missing: [], doubled: [], unlisted: [] });
  });

  test('a gap, a missing end and a subject that was never sealed are named', () => {
    const verdict = checkCompleteness(
      [...sealed('gap', 1, 3), ...sealed('end', 1)],
      [...sealed('gap', 3), ...sealed('end', 3), ...sealed('never', 1)],
    );
    expect(verdict.complete).toBe(false);
    expect(verdict.missing).toEqual([
      { kind: 'rollback', id: 'gap', revs: [2] },
      { kind: 'rollback', id: 'end', revs: [2, 3] },
      { kind: 'rollback', id: 'never', revs: [1] },
    ]);
  });

  test('a revision sealed twice is named, and a ledger ahead of the heads is none the worse', () => {
    expect(checkCompleteness(sealed('a', 1, 1), sealed('a', 1))).toMatchObject({
      complete: false,
      doubled: [{ id: 'a', revs: [1] }],
    });
    expect(checkCompleteness([...sealed('a', 1, 2), ...sealed('b', 1)], sealed('a', 1))).toMatchObject({
      complete: true,
      unlisted: [{ kind: 'rollback', id: 'b' }],
    });
  });

  test('a forged revision far ahead names the first thousand that are missing', () => {
    const [forged] = checkCompleteness(sealed('a', 1, Number.MAX_SAFE_INTEGER), []).missing;
    expect(forged?.revs).toHaveLength(1_000);
  });
});

describe('replay', () => {
  const decision = vectors.decision as unknown as Decision;
  const outcome = { ...vectors.decision.outcome };

  test('a rule that answers as it did then is identical, whatever the order of its members', () => {
    const { verdict, fraction } = outcome;
    const same = rule('confirm-degradation', 1, () => ({ verdict, nothing: undefined, fraction }));
    expect(replayDecision(decision, () => same)).toEqual({ kind: 'identical' });
  });

  test('the outcome is redacted as it was when it was recorded', () => {
    const recorded = { ...decision, outcome: { note: 'ask [redacted]' } };
    const talkative = rule('confirm-degradation', 1, () => ({ note: 'ask ops@example.com' }));
    expect(replayDecision(recorded, () => talkative)).toEqual({ kind: 'identical' });
  });

  test('another outcome, and a rule that throws, differ', () => {
    const other = rule('confirm-degradation', 1, () => ({ verdict: 'transient' }));
    expect(replayDecision(decision, () => other)).toMatchObject({
      kind: 'differs',
      computed: '{"verdict":"transient"}',
    });
    const broken = rule('confirm-degradation', 1, () => {
      throw new Error('no such reading');
    });
    expect(replayDecision(decision, () => broken)).toMatchObject({
      kind: 'differs',
      computed: 'the rule threw: no such reading',
    });
  });

  test('a rule that is no longer in the code is named with its version', () => {
    expect(replayDecision(decision, () => undefined)).toEqual({
      kind: 'unknown-rule',
      name: 'confirm-degradation',
      version: 1,
    });
  });

  test('stored bytes match their commitment only whole, with their salt, and in canonical form', () => {
    const { decisionBytes: bytes, salt, commitment } = vectors;
    expect(matchesCommitment({ bytes, salt }, commitment)).toBe(true);
    expect(matchesCommitment({ bytes: bytes.replace('web', 'wed'), salt }, commitment)).toBe(false);
    expect(matchesCommitment({ bytes, salt: '00'.repeat(32) }, commitment)).toBe(false);
    const spaced = JSON.stringify(vectors.decision);
    const own = commitmentOf(Buffer.from(salt, 'hex'), spaced);
    expect(matchesCommitment({ bytes: spaced, salt }, own)).toBe(false);
    const garbage = commitmentOf(Buffer.from(salt, 'hex'), '{');
    expect(matchesCommitment({ bytes: '{', salt }, garbage)).toBe(false);
  });
});
