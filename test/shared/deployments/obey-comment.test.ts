import { afterEach, describe, expect, test } from 'vitest';
import { planOf, putPeople } from '../../../shared/approvals/index.ts';
import { askAtPullRequest, wakeDeployment } from '../../../shared/deployments/index.ts';
import { obeyDeploymentComment } from '../../../shared/deployments/obey-comment.ts';
import { Fault } from '../../../shared/kernel/index.ts';
import { putAutonomy, putService, readService } from '../../../shared/services/index.ts';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

const REPOSITORY = 'acme/shop';
const BY_ADA = { type: 'person', id: 'ada', via: 'api' } as const;
const change = (key: string) => ({ actor: BY_ADA, correlationId: key, key });

let run: DeploymentRun;
afterEach(() => run.close());

const PEOPLE = [
  ...[
    ['ada', 'approver'],
    ['grace', 'approver'],
    ['linus', 'approver'],
    ['vic', 'viewer'],
    ['drew', 'approver'],
  ].map(([person = '', role]) => ({
    ...{ person, role: role === 'viewer' ? ('viewer' as const) : ('approver' as const) },
    identities: [{ via: 'github' as const, id: `${person}-h` }],
  })),
];

/** A deployment to production of a revision that a pull request brought; people were asked there, unless told later. */
async function asked({ ask = true }: { readonly ask?: boolean } = {}) {
  run = await deploymentRun({ environment: 'production' });
  const { forge, store, deps } = run;
  await putPeople(deps, { people: PEOPLE }, change('known'));
  forge.permissions = { 'grace-h': 'write', 'linus-h': 'admin', 'vic-h': 'write', 'drew-h': 'read' };
  const opening = { repository: REPOSITORY, baseBranch: 'main', title: 'x', body: '', labels: [] };
  await forge.createBranch(REPOSITORY, 'elsewhere', run.base);
  await forge.createBranch(REPOSITORY, 'quicker', run.change);
  await forge.openPullRequest({ ...opening, headBranch: 'elsewhere' });
  await forge.openPullRequest({ ...opening, headBranch: 'quicker' });
  run.publish();
  const counted: string[] = [];
  const telling = {
    store,
    forge,
    meter: { count: (name: string) => void counted.push(name), measure: () => {} },
  };
  const tell = async (id: string) => {
    for (let times = 0; times < 2; times += 1)
      await askAtPullRequest(telling, { kind: 'deployment', id, type: 'ApprovalRequested', rev: 3 });
  };
  const id = await run.request();
  if (ask) await tell(id);
  await run.pass(60);
  const announce = (commentId: number, login: string, more: object = {}) =>
    obeyDeploymentComment(
      {
        ...{ ...deps, forge, planNow: async () => undefined },
        wake: (subject) => wakeDeployment(deps, subject.id, 'AwaitingApproval'),
      },
      { repository: REPOSITORY, number: 2, commentId, login, ...more },
    );
  const say = async (login: string, body: string, number = 2, byBot = false) => {
    const obeyed = await announce(forge.say(number, login, body, byBot), login, { number });
    await run.pass(5);
    return obeyed;
  };
  const state = async () => (await run.deployment(id)).state;
  const approval = async () => (await run.approvals()).find((each) => each.data.for.id === id);
  const marker = async () =>
    `approval/${id}/${(await approval())?.id}/${(await approval())?.data.plan.hash ?? ''}`;
  const ignored = async (login: string, body: string, number?: number) => {
    expect(await say(login, body, number)).toMatchObject({ kind: 'ignored' });
    expect(await state()).toEqual({ kind: 'AwaitingApproval' });
  };
  return { id, forge, counted, tell, say, announce, state, approval, marker, ignored };
}

describe('the question', () => {
  test('stands once under the pull request that brought the revision, with the plan and who may not answer', async () => {
    const { forge, id, approval } = await asked();
    const { data, id: approvalId } = (await approval()) ?? { id: '' };
    const said = forge.comments(REPOSITORY);
    expect(said).toHaveLength(1);
    expect(await forge.ownComments(REPOSITORY, 1)).toEqual([]);
    expect(await forge.ownComments(REPOSITORY, 2)).toHaveLength(1);
    const parts = [
      run.change,
      planOf(data?.plan.facts ?? {}).hash,
      '`linus`',
      'APPROVE <why>',
      'ABORT <why>',
    ];
    for (const part of [...parts, approvalId, `holdfast explain deployment ${id}`, data?.deadlineAt ?? '-'])
      expect(said[0]).toContain(part);
  });

  test('is not asked where the revision came without a pull request, nor once it is answered', async () => {
    const { forge, id, tell } = await asked({ ask: false });
    const pulls = forge.pullRequests(REPOSITORY).splice(0);
    await tell(id);
    expect(forge.comments(REPOSITORY)).toEqual([]);
    forge.pullRequests(REPOSITORY).push(...pulls);
    await run.answer('approve');
    await run.pass(5);
    await tell(id);
    expect(forge.comments(REPOSITORY)).toEqual([]);
  });

  test('that could not be put is counted, and put again', async () => {
    const { forge, id, counted, tell } = await asked({ ask: false });
    forge.refuse = (call) => (call === 'pullRequestsOf' ? new Fault('RateLimited', 'wait') : undefined);
    await expect(tell(id)).rejects.toMatchObject({ name: 'Unavailable' });
    expect(counted.splice(0)).toEqual(['integration_errors_total']);
    forge.refuse = (call) => (call === 'comment' ? new Fault('PermissionDenied', 'no') : undefined);
    await expect(tell(id)).rejects.toMatchObject({ name: 'Unavailable' });
    expect(counted).toEqual(['integration_errors_total', 'permission_denied_total']);
    forge.refuse = () => undefined;
    await tell(id);
    expect(forge.comments(REPOSITORY)).toHaveLength(1);
  });
});

describe('the answer', () => {
  test('APPROVE of a mapped approver who may write is bound to the plan that was shown, and the rollout starts', async () => {
    const { say, state, approval, forge } = await asked();
    expect(await say('grace-h', 'APPROVE looks right')).toEqual({ kind: 'obeyed', command: 'APPROVE' });
    const answer = { person: 'grace', via: 'pull-request', reason: 'looks right', verdict: 'approve' };
    expect((await approval())?.data.answer).toMatchObject(answer);
    expect(await state()).toEqual({ kind: 'RollingOut' });
    expect(forge.comments(REPOSITORY).at(-1)).toBe('APPROVE: recorded.');
  });

  test('ABORT rejects it', async () => {
    const { say, state } = await asked();
    expect(await say('grace-h', 'ABORT not on a Friday')).toEqual({ kind: 'obeyed', command: 'ABORT' });
    expect(await state()).toEqual({ kind: 'Aborted', reason: 'APPROVAL_REJECTED' });
  });

  test.each([
    ['a login that nobody is mapped to', 'stranger', 'mapped to no person'],
    ['a person who may not write in the repository', 'drew-h', 'may not write'],
    ['a person without the role', 'vic-h', 'role approver'],
    ['whoever asked for it', 'linus-h', 'four eyes'],
  ])('%s is refused, once, as a decision, and told so', async (_who, login, why) => {
    const { say, state, approval, forge } = await asked();
    for (let times = 0; times < 2; times += 1)
      expect(await say(login, 'APPROVE please')).toMatchObject({
        ...{ kind: 'refused', why: expect.stringContaining(why) },
      });
    const decisions = await run.store.decisions({ kind: 'approval', id: (await approval())?.id ?? '' });
    expect(decisions.filter(({ envelope }) => envelope.event === 'ApprovalRefused')).toHaveLength(1);
    expect(forge.comments(REPOSITORY).at(-1)).toContain(`Not done: `);
    expect(await state()).toEqual({ kind: 'AwaitingApproval' });
  });

  test('bots, edited comments, deleted ones and talk are ignored; MANUAL and overrides are refused', async () => {
    const { say, announce, forge, approval } = await asked();
    expect(await say('grace-h', 'APPROVE', 2, true)).toMatchObject({ why: 'a bot wrote it' });
    const id = forge.say(2, 'grace-h', 'I wonder');
    forge.editComment(id, 'APPROVE');
    expect(await announce(id, 'grace-h')).toMatchObject({ why: 'it was edited' });
    expect(await announce(99, 'grace-h')).toMatchObject({ why: 'it was deleted' });
    expect(await say('grace-h', 'I would APPROVE')).toMatchObject({ why: 'it is no command' });
    expect(await say('grace-h', 'MANUAL mine')).toMatchObject({ kind: 'refused' });
    expect(await say('grace-h', 'APPROVE I3 never mind')).toMatchObject({ kind: 'refused' });
    expect((await approval())?.state).toBe('Open');
  });

  test('one that the bus brings twice is one answer', async () => {
    const { announce, forge, approval } = await asked();
    const id = forge.say(2, 'grace-h', 'APPROVE yes');
    for (let times = 0; times < 2; times += 1)
      expect(await announce(id, 'grace-h')).toMatchObject({ kind: 'obeyed' });
    const decisions = await run.store.decisions({ kind: 'approval', id: (await approval())?.id ?? '' });
    expect(decisions.filter(({ envelope }) => envelope.event === 'ApprovalGiven')).toHaveLength(1);
  });
});

describe('where it is obeyed', () => {
  test('not under another pull request, not under an issue, not before we have asked there', async () => {
    const { ignored, announce, forge } = await asked();
    await ignored('grace-h', 'APPROVE', 1);
    const commentId = forge.say(2, 'grace-h', 'APPROVE');
    expect(await announce(commentId, 'grace-h', { onIssue: true })).toMatchObject({ kind: 'ignored' });
    await run.close();
    const later = await asked({ ask: false });
    await later.ignored('grace-h', 'APPROVE');
  });

  test('an APPROVE that was written before we asked is none to this question', async () => {
    const { id, announce, forge, tell, state } = await asked({ ask: false });
    const commentId = forge.say(2, 'grace-h', 'APPROVE whatever comes');
    await run.pass(60);
    await tell(id);
    expect(await announce(commentId, 'grace-h')).toMatchObject({ kind: 'ignored' });
    expect(await state()).toEqual({ kind: 'AwaitingApproval' });
  });

  test.each([
    ['that somebody else wrote with our marker', { ours: false }],
    ['whose text was changed', { edited: true }],
  ])('a question %s takes no answer', async (_which, how) => {
    const { forge, marker, ignored } = await asked();
    forge.changeComment(REPOSITORY, await marker(), how);
    await ignored('grace-h', 'APPROVE');
  });

  test('a marker with more around it, of another question, or of a deployment that never was is no question', async () => {
    const { id, forge, marker, approval, ignored } = await asked({ ask: false });
    const hash = (await approval())?.data.plan.hash;
    const wrong = [
      ...[`${await marker()}/x`, `x/${await marker()}`],
      `approval/${id}/apr_${'0'.repeat(26)}/${hash}`,
      `approval/dep_${'0'.repeat(26)}/${(await approval())?.id}/${hash}`,
    ];
    for (const each of wrong) forge.changeComment(REPOSITORY, each, { number: 2 });
    await ignored('grace-h', 'APPROVE');
  });

  test('a yes to another plan than is asked about is refused', async () => {
    const { id, forge, approval, say, state } = await asked({ ask: false });
    const other = `approval/${id}/${(await approval())?.id}/${'0'.repeat(64)}`;
    forge.changeComment(REPOSITORY, other, { number: 2 });
    expect(await say('grace-h', 'APPROVE')).toMatchObject({
      ...{ kind: 'refused', why: expect.stringContaining('another plan') },
    });
    expect(await state()).toEqual({ kind: 'AwaitingApproval' });
  });
});

describe('whose answer it is', () => {
  test('the repository must be that of the service now', async () => {
    const { ignored } = await asked();
    const document = await readService(run.deps, 'shop');
    await putService(run.deps, {
      ...{ name: 'shop', document: { ...document, repository: 'acme/moved' }, ...change('moved') },
    });
    await ignored('grace-h', 'APPROVE');
  });

  test('of two questions under one pull request the answer names its own', async () => {
    const { id, forge, marker, approval, say, state, tell } = await asked();
    const document = await readService(run.deps, 'shop');
    await putService(run.deps, {
      name: 'shop-eu',
      document: { ...document, selectors: [] },
      ...change('eu'),
    });
    const more = { service: 'shop-eu', environment: 'production' };
    await putAutonomy(run.deps, { ...more, action: 'deploy', level: 'governed' }, change('level'));
    const second = await run.request(run.change, more);
    expect((await run.deployment(second)).state).toEqual({ kind: 'AwaitingApproval' });
    await tell(second);
    expect(await forge.ownComments(REPOSITORY, 2)).toHaveLength(2);
    expect(await marker()).toContain(id);
    expect(await say('grace-h', 'APPROVE both')).toMatchObject({
      ...{ kind: 'refused', why: expect.stringContaining('more than one question') },
    });
    const unknown = `apr_${'0'.repeat(26)}`;
    expect(await say('grace-h', `APPROVE ${unknown} it`)).toMatchObject({ kind: 'refused' });
    expect(await say('grace-h', `APPROVE ${(await approval())?.id} this one`)).toMatchObject({
      kind: 'obeyed',
    });
    expect((await approval())?.data.answer?.reason).toBe('this one');
    expect(await state()).not.toEqual({ kind: 'AwaitingApproval' });
    expect((await run.deployment(second)).state).toEqual({ kind: 'AwaitingApproval' });
  });
});
