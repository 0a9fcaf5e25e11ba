import fc from 'fast-check';
import { expect, test } from 'vitest';
import { APPROVAL_STATES, ROLES } from '../../../shared/approvals/contract.ts';
import { answerApprovalBy, explainApproval } from '../../../shared/approvals/index.ts';
import {
  type AnswerApprovalInputs,
  answerApproval,
} from '../../../shared/approvals/rules/answer-approval.ts';
import { approving, knowPeople } from '../../support/approving.ts';
import { rollbackRun } from '../../support/rollback-run.ts';

const at = (second: number) => new Date(Date.UTC(2026, 10, 21, 10, 0, second)).toISOString();
const SOUND: AnswerApprovalInputs = {
  ...{ state: 'Open', verdict: 'approve', person: 'ada', role: 'approver', reason: 'because' },
  loginKnown: true,
  ...{ overrides: ['I3'], overridable: ['I1', 'I3', 'I5'], notBy: ['grace', 'github:drew'] },
  ...{ planHash: 'p', seenPlanHash: null, planHashNow: 'p', deadlineAt: at(60), now: at(0) },
};

test.each([
  ['a viewer', { role: 'viewer' }, 'ROLE'],
  ['somebody without a role', { role: null }, 'ROLE'],
  ['an answered one', { state: 'Approved' }, 'NOT_OPEN'],
  ['one that is out of time', { now: at(60) }, 'EXPIRED'],
  ['another plan', { seenPlanHash: 'q' }, 'PLAN_CHANGED'],
  ['what has moved since it was asked', { planHashNow: 'q' }, 'PLAN_MOVED'],
  ['the author or whoever asked', { person: 'grace' }, 'FOUR_EYES'],
  ['somebody whom nobody has mapped', { loginKnown: false }, 'UNMAPPED'],
  ['anybody, where the author has no login', { notBy: ['?'] }, 'AUTHOR_UNKNOWN'],
  ['an override of what may not be', { overrides: ['I6'] }, 'NOT_OVERRIDABLE'],
] as const)('%s does not count', (_what, change, refusal) => {
  const outcome = answerApproval.decide({ ...SOUND, ...(change as Partial<AnswerApprovalInputs>) });
  expect(outcome).toEqual({ counts: false, refusal });
});

test('an approver may say yes; also the author may say no', () => {
  expect(answerApproval.decide(SOUND)).toEqual({ counts: true, to: 'Approved' });
  expect(answerApproval.decide({ ...SOUND, verdict: 'reject', person: 'grace' })).toEqual({
    ...{ counts: true, to: 'Rejected' },
  });
});

test('a yes that counts is of an approver, in time, on an open question, by other eyes', () => {
  const inputs = fc.record({
    ...{ state: fc.constantFrom(...APPROVAL_STATES), verdict: fc.constantFrom('approve', 'reject') },
    ...{ person: fc.constantFrom('ada', 'grace'), role: fc.constantFrom(null, ...ROLES) },
    ...{ reason: fc.constant('r'), overrides: fc.subarray(['I1', 'I2', 'I3', 'I5']) },
    ...{
      overridable: fc.constant(['I1', 'I3', 'I5']),
      notBy: fc.subarray(['grace', 'ada', 'github:drew', '?']),
    },
    loginKnown: fc.boolean(),
    ...{ planHash: fc.constant('p'), seenPlanHash: fc.constantFrom(null, 'p', 'q') },
    planHashNow: fc.constantFrom(null, 'p', 'q'),
    ...{ deadlineAt: fc.constant(at(30)), now: fc.constantFrom(at(0), at(30), at(31)) },
  }) as fc.Arbitrary<AnswerApprovalInputs>;
  /** SOUND with one or two of its parts replaced, so that answers really count. */
  const names = Object.keys(SOUND) as (keyof AnswerApprovalInputs)[];
  const nearSound = fc
    .tuple(inputs, fc.subarray(names, { maxLength: 2 }))
    .map(([other, parts]) => ({ ...SOUND, ...Object.fromEntries(parts.map((part) => [part, other[part]])) }));
  let counted = 0;
  fc.assert(
    fc.property(fc.oneof(inputs, nearSound), (given) => {
      const outcome = answerApproval.decide(given);
      if (!outcome.counts || outcome.to !== 'Approved') return;
      counted += 1;
      expect([given.state, given.verdict]).toEqual(['Open', 'approve']);
      expect(['approver', 'admin']).toContain(given.role);
      expect(given.notBy).not.toContain(given.person);
      expect([given.loginKnown, given.notBy.includes('?')]).toEqual([true, false]);
      expect(given.now < given.deadlineAt).toBe(true);
      expect(given.overrides).not.toContain('I2');
      expect([given.seenPlanHash, given.planHashNow]).not.toContain('q');
    }),
    { numRuns: 3000 },
  );
  expect(counted).toBeGreaterThan(0);
});

async function asked() {
  const run = await rollbackRun({ environment: 'production' });
  run.world.forge.firstChecks = 'success';
  await knowPeople(run, 'ada', 'grace', 'lee');
  run.degrade();
  run.sweepEveryMinute();
  const attempt = await run.until('AwaitingMerge');
  await run.pass(1);
  return { run, attempt, ...approving(run) };
}

test('two approvers at once: one counts, the other is told so, and the same person twice is one answer', async () => {
  const { run, answer, approvals } = await asked();
  const both = await Promise.allSettled([answer('approve'), answer('approve', { person: 'lee' })]);
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { name: 'Conflict' } });
  const { person = '' } = (await approvals())[0]?.data.answer ?? {};
  await answer('approve', { person });
  const id = (await approvals())[0]?.id ?? '';
  const events = (await run.store.decisions({ kind: 'approval', id })).map(({ envelope }) => envelope.event);
  expect(events.filter((event) => event === 'ApprovalGiven')).toHaveLength(1);
  expect(events.filter((event) => event === 'ApprovalRefused')).toHaveLength(1);
  await run.close();
});

test('an identity that no person is mapped to may not answer', async () => {
  const { run, approvals } = await asked();
  const id = (await approvals())[0]?.id ?? '';
  const unmapped = answerApprovalBy(
    { ...run.deps, wake: async () => {}, planNow: async () => undefined },
    {
      approvalId: id,
      verdict: 'approve',
      reason: 'r',
      overrides: [],
      person: undefined,
      role: 'admin',
      via: 'api',
    },
  );
  await expect(unmapped).rejects.toMatchObject({ name: 'Forbidden' });
  await run.close();
});

test('an approval is explained in plain words, while it waits and after its end', async () => {
  const { run, answer, approvals } = await asked();
  const id = (await approvals())[0]?.id ?? '';
  expect(await explainApproval(run.store, id)).toMatchObject({
    state: { kind: 'Open' },
    next: expect.stringContaining(`holdfast approve ${id}`),
  });
  await answer('reject');
  const told = await explainApproval(run.store, id);
  expect(told.next).toContain('a person said no');
  expect(told.steps.map(({ text }) => text)).toEqual([
    'ApprovalAsked: None -> Open',
    'ApprovalRejected by ada: Open -> Rejected',
  ]);
  await run.close();
});
