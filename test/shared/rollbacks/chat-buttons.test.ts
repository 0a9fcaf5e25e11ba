import { expect, test } from 'vitest';
import { obeyButton, putPeople } from '../../../shared/approvals/index.ts';
import type { ButtonFor } from '../../../shared/ports/index.ts';
import { escalateRollback, planOfRollbackNow, wakeRollback } from '../../../shared/rollbacks/index.ts';
import { approving } from '../../support/approving.ts';
import { GITOPS } from '../../support/memory-world.ts';
import { rollbackRun } from '../../support/rollback-run.ts';

type Message = { readonly text: string; readonly link?: string; readonly approval?: ButtonFor };
const PEOPLE = [
  { person: 'grace', role: 'approver' as const, slack: 'U1' },
  { person: 'vic', role: 'viewer' as const, slack: 'U2' },
  { person: 'dev', role: 'approver' as const, slack: 'U3' },
];
const BY_ADA = { type: 'person', id: 'ada', via: 'api' } as const;

/** Production waits for a person, and the chat has been told: the message with its buttons is the last one sent. */
async function told() {
  const run = await rollbackRun({ environment: 'production' });
  const people = PEOPLE.map(({ person, role, slack }) => ({
    ...{ person, role },
    identities: [
      { via: 'github' as const, id: person },
      { via: 'slack' as const, id: slack },
    ],
  }));
  await putPeople(run.deps, { people }, { actor: BY_ADA, correlationId: 'people', key: 'people' });
  run.world.forge.firstChecks = 'success';
  run.degrade();
  run.sweepEveryMinute();
  const attempt = await run.until('AwaitingMerge');
  await run.pass(1);
  const said: Message[] = [];
  const notify = { send: async (message: Message) => void said.push(message) };
  const event = { type: 'ApprovalRequested', eventId: 'e', rollbackId: attempt.id, rev: attempt.rev };
  await escalateRollback({ ...run.deps, notify }, event);
  const button = said[0]?.approval ?? { approvalId: '', planHash: '' };
  const press = (
    user: string,
    verdict: 'approve' | 'reject' = 'approve',
    change: Partial<ButtonFor> = {},
  ) => {
    const wake = (subject: { id: string }) => wakeRollback(run.deps, subject.id);
    const deps = { ...run.deps, wake, planNow: planOfRollbackNow(run.deps), notify };
    return obeyButton(deps, { ...button, user, verdict, ...change });
  };
  return { run, said, button, press, ...approving(run) };
}

test('the message that asks for an approval carries its id and the hash of the very plan that is asked about', async () => {
  const { run, button, approvals } = await told();
  const [approval] = await approvals();
  expect(button).toEqual({ approvalId: approval?.id, planHash: approval?.data.plan.hash });
  await run.close();
});

test('a mapped approver approves by a button; the merge follows, and the chat hears of it', async () => {
  const { run, press, approvals, said, button } = await told();
  expect(await press('U1')).toEqual({ kind: 'obeyed', verdict: 'approve' });
  expect(said.at(-1)).toEqual({ text: `Approved: recorded (${button.approvalId}).` });
  await run.until('RollbackComplete');
  expect((await approvals())[0]?.data.answer).toMatchObject({ person: 'grace', via: 'slack' });
  await run.close();
});

test('a button is good for one answer: pressed again it is the same one, and another is refused', async () => {
  const { run, press, approvals } = await told();
  await press('U1', 'reject');
  const [first] = await approvals();
  expect(await press('U1', 'reject')).toMatchObject({ kind: 'obeyed' });
  expect(await press('U1', 'approve')).toMatchObject({
    kind: 'refused',
    why: expect.stringContaining('not Open'),
  });
  expect((await approvals())[0]?.data.answer).toEqual(first?.data.answer);
  await run.until('Aborted', 60);
  await run.close();
});

test.each([
  ['a member whom nobody is mapped to', 'U9', 'mapped to no person'],
  ['a person without the role', 'U2', 'role approver'],
  ['the author of the change', 'U3', 'four eyes'],
])('%s is refused, once, as a decision, and told so', async (_who, user, why) => {
  const { run, press, approvals, said } = await told();
  for (let times = 0; times < 2; times += 1)
    expect(await press(user)).toMatchObject({ kind: 'refused', why: expect.stringContaining(why) });
  expect(said.at(-1)?.text).toContain(why);
  const [approval] = await approvals();
  expect(approval?.state).toBe('Open');
  const decisions = await run.store.decisions({ kind: 'approval', id: approval?.id ?? '' });
  expect(decisions.map(({ envelope }) => envelope.event)).toEqual(['ApprovalAsked', 'ApprovalRefused']);
  await run.close();
});

test('a button of a message about another plan is refused', async () => {
  const { run, press } = await told();
  expect(await press('U1', 'approve', { planHash: 'f'.repeat(64) })).toMatchObject({
    why: expect.stringContaining('another plan'),
  });
  run.world.forge.pushTo(GITOPS, 1, 'somebody pushed');
  expect(await press('U1')).toMatchObject({ why: expect.stringContaining('has moved') });
  await run.close();
});

test('a button of a question that was never asked is refused', async () => {
  const { run, press } = await told();
  const approvalId = `apr_${'0'.repeat(26)}`;
  expect(await press('U1', 'approve', { approvalId })).toMatchObject({ kind: 'refused' });
  await run.close();
});
