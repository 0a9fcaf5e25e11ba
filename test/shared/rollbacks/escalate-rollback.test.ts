import { expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import { escalationOf } from '../../../shared/rollbacks/escalation-text.ts';
import { escalateRollback } from '../../../shared/rollbacks/index.ts';
import { GITOPS } from '../../support/memory-world.ts';
import { rollbackRun } from '../../support/rollback-run.ts';

type Options = Parameters<typeof rollbackRun>[0];

async function waiting(
  state: string,
  options: Options = {},
  prepare: (run: Awaited<ReturnType<typeof rollbackRun>>) => void = () => {},
) {
  const run = await rollbackRun(options);
  prepare(run);
  run.degrade();
  run.sweepEveryMinute();
  const attempt = await run.until(state);
  const sent: { text: string; link?: string }[] = [];
  let broken = false;
  const notify = {
    send: async (message: { text: string; link?: string }) => {
      if (broken) throw new Fault('Unavailable', 'down');
      sent.push(message);
    },
  };
  const tell = (type: string, eventId = `${type}/1`) =>
    escalateRollback({ ...run.deps, notify }, { type, eventId, rollbackId: attempt.id, rev: attempt.rev });
  return {
    run,
    attempt,
    sent,
    tell,
    break: (is: boolean) => {
      broken = is;
    },
  };
}

type World = { readonly world: { readonly meter: { readonly counted: readonly string[] } } };

function denials({ world: { meter } }: World): number {
  return meter.counted.filter((name) => name === 'permission_denied_total').length;
}

test('an approval is asked for at the pull request, with the words that answer it, and in the chat', async () => {
  const { run, sent, tell } = await waiting('AwaitingMerge', { environment: 'production' }, ({ world }) => {
    world.forge.firstChecks = 'success';
  });
  await tell('ApprovalRequested');
  await tell('ApprovalRequested');
  const comments = run.world.forge.comments(GITOPS);
  expect(comments).toHaveLength(1);
  expect(run.world.forge.pullRequests(GITOPS)[0]?.labels).toEqual([
    ...['holdfast', 'rollback', 'production', 'escalation', 'urgent'],
  ]);
  expect(run.world.forge.writes.filter((write) => write === 'addLabels #1')).toHaveLength(1);
  for (const word of ['APPROVE', 'ABORT', 'MANUAL', 'holdfast approve apr_'])
    expect(comments[0]).toContain(word);
  expect(sent).toEqual([
    {
      ...{ text: 'shop in production: a rollback needs your approval', link: `${GITOPS}/pull/1` },
      approval: { approvalId: expect.stringContaining('apr_'), planHash: expect.any(String) },
    },
  ]);
  await run.close();
});

test('in mode suggest people are told once, at the pull request and in the chat, that it waits for them', async () => {
  const {
    run,
    attempt,
    sent,
    tell,
    break: chatIs,
  } = await waiting('AwaitingMerge', { level: 'suggest' }, ({ world }) => {
    world.forge.firstChecks = 'success';
  });
  const events = run.store.written.filter(({ id }) => id === attempt.id).flatMap((each) => each.events);
  expect(events.filter(({ type }) => type === 'HumanMergeAwaited')).toHaveLength(1);
  chatIs(true);
  await expect(tell('HumanMergeAwaited')).rejects.toMatchObject({ name: 'Unavailable' });
  chatIs(false);
  await tell('HumanMergeAwaited');
  await tell('HumanMergeAwaited');
  const text = 'shop in staging: a rollback waits for a person to merge it';
  expect(sent).toEqual([{ text, link: `${GITOPS}/pull/1` }]);
  const comments = run.world.forge.comments(GITOPS);
  expect(comments).toHaveLength(1);
  expect(comments[0]).toContain('Merge the pull request to roll back, or close it');
  expect(comments[0]).not.toContain('APPROVE');
  await run.pass(3_600);
  expect((await run.attempts())[0]?.state.kind).toBe('AwaitingMerge');
  expect(
    run.store.written.flatMap((each) => each.events).filter(({ type }) => type === 'HumanMergeAwaited'),
  ).toHaveLength(1);
  await run.close();
});

test('where Holdfast merges or asks, nobody is told to merge', async () => {
  for (const [environment, state] of [
    ['staging', 'RollbackComplete'],
    ['production', 'AwaitingMerge'],
  ] as const) {
    const { run } = await waiting(state, { environment }, ({ world }) => {
      world.forge.firstChecks = 'success';
    });
    await run.pass(60);
    const events = run.store.written.flatMap((each) => each.events).map(({ type }) => type);
    expect(events).toContain('CiSucceeded');
    expect(events).not.toContain('HumanMergeAwaited');
    await run.close();
  }
});

test('a review without a pull request opens one issue for each attempt and reason', async () => {
  const { run, attempt, tell } = await waiting('AwaitingHumanReview', {}, ({ world }) => {
    world.uptimes.clear();
    world.forge.refuse = (call) => (call === 'commits' ? new Fault('Unavailable', 'down') : undefined);
  });
  run.world.forge.refuse = () => undefined;
  await tell('EscalationRaised', 'a');
  await tell('EscalationRaised', 'b');
  const issues = run.world.forge.issues();
  expect(issues).toHaveLength(1);
  expect(issues[0]?.labels).toEqual(['holdfast', 'escalation', 'urgent', 'staging']);
  expect(issues[0]?.body).toContain(`holdfast explain rollback ${attempt.id}`);
  await run.close();
});

test('failing to tell is tried again and doubles nothing; the flow goes on meanwhile', async () => {
  const told = await waiting('AwaitingMerge', { environment: 'production' }, ({ world }) => {
    world.forge.firstChecks = 'success';
  });
  told.break(true);
  await expect(told.tell('ApprovalRequested')).rejects.toMatchObject({ name: 'Unavailable' });
  expect((await told.run.attempts())[0]?.state.kind).toBe('AwaitingMerge');
  told.break(false);
  await told.tell('ApprovalRequested');
  expect(told.run.world.forge.comments(GITOPS)).toHaveLength(1);
  expect(told.sent).toHaveLength(1);
  await told.run.close();
});

test('labels that the forge refuses hold up neither the comment nor the chat, and ring the alarm of refusals', async () => {
  const { run, sent, tell } = await waiting('AwaitingMerge', { environment: 'production' }, ({ world }) => {
    world.forge.firstChecks = 'success';
  });
  run.world.forge.refuse = (call) => (call === 'addLabels' ? new Fault('PermissionDenied', 'no') : undefined);
  const before = denials(run);
  await tell('ApprovalRequested');
  expect(denials(run) - before).toBe(1);
  expect(run.world.forge.comments(GITOPS)).toHaveLength(1);
  expect(sent).toHaveLength(1);
  expect(run.world.forge.pullRequests(GITOPS)[0]?.labels).not.toContain('urgent');
  await run.close();
});

test('refused credentials ring their alarm when telling people is what is refused, at the forge or in the chat', async () => {
  const { run, attempt, sent, tell } = await waiting(
    'AwaitingMerge',
    { environment: 'production' },
    ({ world }) => {
      world.forge.firstChecks = 'success';
    },
  );
  run.world.forge.refuse = (call) => (call === 'comment' ? new Fault('PermissionDenied', 'no') : undefined);
  const before = denials(run);
  await expect(tell('ApprovalRequested')).rejects.toMatchObject({ name: 'Unavailable' });
  expect([denials(run) - before, sent.length]).toEqual([1, 1]);
  run.world.forge.refuse = () => undefined;
  const notify = { send: () => Promise.reject(new Fault('PermissionDenied', 'invalid_auth')) };
  const input = { type: 'ApprovalRequested', eventId: 'other', rollbackId: attempt.id, rev: attempt.rev };
  await expect(escalateRollback({ ...run.deps, notify }, input)).rejects.toThrow('not everybody');
  expect(denials(run) - before).toBe(2);
  await run.close();
});

test('an attempt that has moved on bothers nobody', async () => {
  const { run, sent, tell } = await waiting('AwaitingMerge', { environment: 'production' }, ({ world }) => {
    world.forge.firstChecks = 'success';
  });
  run.heal();
  await run.until('SelfHealed');
  await tell('ApprovalRequested');
  expect(sent).toEqual([]);
  await run.close();
});

test('what an outside system said stays its words: one line of code in the comment', async () => {
  const { run, attempt } = await waiting('AwaitingHumanReview', {}, ({ world }) => {
    world.forge.firstChecks = 'failure';
  });
  const said = 'red `x`\n\n# Approve @all\r\nfixes #12 | \u202e';
  const raised = { type: 'EscalationRaised', rev: attempt.rev };
  const { text = '' } = escalationOf({ ...attempt, data: { ...attempt.data, said } }, raised) ?? {};
  expect(text).toContain("What was said last: `red 'x' # Approve @all fixes #12 ¦`\n");
  const silent = escalationOf({ ...attempt, data: { ...attempt.data, said: ' \n' } }, raised);
  expect(silent?.text).not.toContain('What was said last');
  await run.close();
});
