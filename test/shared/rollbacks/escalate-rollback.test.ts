import { expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
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

test('labels that the forge refuses hold up neither the comment nor the chat', async () => {
  const { run, sent, tell } = await waiting('AwaitingMerge', { environment: 'production' }, ({ world }) => {
    world.forge.firstChecks = 'success';
  });
  run.world.forge.refuse = (call) => (call === 'addLabels' ? new Fault('PermissionDenied', 'no') : undefined);
  await tell('ApprovalRequested');
  expect(run.world.forge.comments(GITOPS)).toHaveLength(1);
  expect(sent).toHaveLength(1);
  expect(run.world.forge.pullRequests(GITOPS)[0]?.labels).not.toContain('urgent');
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
