import { describe, expect, test } from 'vitest';
import { hiddenMarker } from '../../../shared/ports/index.ts';
import { commentBody, SHA, slackEvent } from './bodies.ts';
import { door } from './door.ts';
import { only } from './mapping.ts';

const github = (event: string, delivery = event) => ({
  'x-github-event': event,
  'x-github-delivery': delivery,
});
const form = { 'content-type': 'application/x-www-form-urlencoded' };

// Who may answer by a button, and whether the plan has moved since, is looked up by approvals/obey-button.
describe('16 Slack', () => {
  const click = {
    type: 'block_actions',
    team: { id: 'T1' },
    api_app_id: 'A1',
    user: { id: 'U1' },
    trigger_id: '1.2.abc',
    container: { message_ts: '1795255200.000200', channel_id: 'C1' },
    response_url: 'https://attacker.example.test/steal',
    actions: [{ action_id: 'approve', block_id: 'b', value: 'nonce-1', action_ts: '1795255201.5' }],
  };
  const sent = `payload=${encodeURIComponent(JSON.stringify(click))}`;

  test('16 a message is information that never acts, and none of its text is kept', async () => {
    const { deliver, route, opened, signals } = await door({ source: 'slack', match: { channel: 'C1' } });
    expect(await deliver('slack', slackEvent())).toEqual({ kind: 'acknowledged' });
    expect(await route()).toMatchObject([{ routing: 'routed', outcome: 'recorded' }]);
    expect(signals.all()).toMatchObject([{ status: 'info', sourceEventId: 'Ev1', labels: { user: 'U1' } }]);
    expect(JSON.stringify(signals.all())).not.toContain('shop is broken');
    expect(opened).toEqual([]);
  });

  test('16 a retry of an event is told by its event_id and stored once', async () => {
    const { deliver, signals } = await door();
    await deliver('slack', slackEvent());
    expect(await deliver('slack', slackEvent(), { 'x-slack-retry-num': '1' })).toEqual({
      kind: 'acknowledged',
    });
    expect(signals.all()).toHaveLength(1);
  });

  test('16 a message in a channel of nobody is noticed and not called unroutable', async () => {
    const { deliver, route } = await door();
    await deliver('slack', slackEvent());
    expect(await route()).toEqual([{ routing: 'noticed' }]);
  });

  test('16 a button is signed over its raw form, acknowledged, stored as information, and does nothing', async () => {
    const { deliver, route, opened, signals } = await door();
    expect(await deliver('slack', sent, form)).toEqual({ kind: 'acknowledged' });
    await route();
    expect(signals.all()).toMatchObject([
      {
        status: 'info',
        kind: 'block_actions',
        labels: { team: 'T1', app: 'A1', user: 'U1', action: 'approve' },
      },
    ]);
    expect(opened).toEqual([]);
  });

  test('16 neither the value of a button nor the address it wants its answer at is kept', async () => {
    const { deliver, signals } = await door();
    await deliver('slack', sent, form);
    for (const kept of ['nonce-1', 'attacker']) expect(JSON.stringify(signals.all())).not.toContain(kept);
  });

  test('16 a form whose payload is no JSON, or is missing, is refused or a ping, and stored never', async () => {
    const { deliver, signals } = await door();
    await expect(deliver('slack', 'payload=%7B', form)).rejects.toMatchObject({ name: 'InvalidInput' });
    expect(await deliver('slack', 'command=%2Fhello', form)).toEqual({ kind: 'ping' });
    expect(signals.all()).toEqual([]);
  });
});

const by = (user: unknown) => ({ comment: { ...commentBody().comment, user } });

// Who may command, and whether the head has moved since, is looked up at the forge by rollbacks/obey-comment.
describe('17 comments on pull requests', () => {
  test('17 a new comment of a person is handed over by its place alone, once', async () => {
    const { deliver, route, obeyed, opened } = await door();
    await deliver('github', commentBody(), github('issue_comment'));
    await deliver('github', commentBody(), github('issue_comment'));
    await route();
    expect(obeyed).toEqual([{ repository: 'acme/gitops', number: 7, commentId: 42, login: 'dana' }]);
    expect(opened).toEqual([]);
  });

  test.each([
    ['that was edited', { action: 'edited' }],
    ['that was deleted', { action: 'deleted' }],
    ['on an issue', { issue: { number: 7 } }],
    ['on an issue, said by null', { issue: { number: 7, pull_request: null } }],
    ['of our own App', by({ login: 'holdfast[bot]', type: 'Bot' })],
    ['of an organisation', by({ login: 'acme', type: 'Organization' })],
  ])('17 a comment %s is not handed over', async (_, change) => {
    const { deliver, route, obeyed } = await door();
    await deliver('github', commentBody(change), github('issue_comment'));
    await route();
    expect(obeyed).toEqual([]);
  });

  test('17 what the comment says, and what its author is called there, is not kept: the forge is asked', () => {
    const comment = { ...commentBody().comment, author_association: 'OWNER' };
    const signal = only('github', commentBody({ comment }), github('issue_comment'));
    for (const word of ['APPROVE', 'OWNER']) expect(JSON.stringify(signal)).not.toContain(word);
  });

  test('17 a new push is news that names the head, by which an approval of another is told', async () => {
    const { deliver, route, noticed } = await door();
    const body = {
      action: 'synchronize',
      number: 7,
      repository: { full_name: 'acme/gitops' },
      pull_request: { head: { ref: 'rollback/x', sha: 'b'.repeat(40) }, base: { ref: 'main' } },
    };
    await deliver('github', body, github('pull_request'));
    const review = {
      action: 'submitted',
      repository: { full_name: 'acme/gitops' },
      review: { id: 5, state: 'approved', commit_id: SHA, user: { login: 'lee' } },
      pull_request: { number: 7, head: { ref: 'rollback/x', sha: 'b'.repeat(40) } },
    };
    await deliver('github', review, github('pull_request_review'));
    await route();
    expect(noticed.map(({ revision, labels }) => [revision, labels.sha])).toEqual([
      ['b'.repeat(40), 'b'.repeat(40)],
      [SHA, 'b'.repeat(40)],
    ]);
  });
});

describe('17 comments on issues of ours', () => {
  const escalation = (body: string) => ({ issue: { number: 9, body } });
  const marked = hiddenMarker(`escalation/rbk_${'0'.repeat(26)}/NO_CANDIDATE`);

  test('17 a comment on an issue that carries our marker is handed over as one on an issue', async () => {
    const { deliver, route, obeyed, opened, signals } = await door();
    await deliver('github', commentBody(escalation(`${marked}\n**secret plans**`)), github('issue_comment'));
    await route();
    expect(obeyed).toEqual([
      { repository: 'acme/gitops', number: 9, commentId: 42, login: 'dana', onIssue: true },
    ]);
    expect(opened).toEqual([]);
    expect(JSON.stringify(signals.all())).not.toContain('secret plans');
  });

  test.each([
    ['quotes our marker', `> see\n${marked}`],
    ['carries another marker of ours', hiddenMarker('answer/7')],
    ['has no text', ''],
  ])('17 a comment on an issue that %s is not handed over', async (_, body) => {
    const { deliver, route, obeyed } = await door();
    await deliver('github', commentBody(escalation(body)), github('issue_comment'));
    await route();
    expect(obeyed).toEqual([]);
  });

  test.each([
    ['edited', { action: 'edited' }],
    ['of our own App', by({ login: 'holdfast[bot]', type: 'Bot' })],
  ])('17 a comment on an issue of ours that is %s is not handed over', async (_, change) => {
    const { deliver, route, obeyed } = await door();
    await deliver('github', commentBody({ ...escalation(marked), ...change }), github('issue_comment'));
    await route();
    expect(obeyed).toEqual([]);
  });
});
