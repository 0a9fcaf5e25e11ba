import { expect, test } from 'vitest';
import { putPeople } from '../../../shared/approvals/index.ts';
import { Fault } from '../../../shared/kernel/index.ts';
import { escalateRollback, obeyComment } from '../../../shared/rollbacks/index.ts';
import { rollbackRun } from '../../support/rollback-run.ts';

const REPOSITORY = 'acme/shop';
const PEOPLE = [
  { person: 'grace', role: 'approver', identities: [{ via: 'github', id: 'grace-h' }] },
  { person: 'vic', role: 'viewer', identities: [{ via: 'github', id: 'vic' }] },
  { person: 'drew', role: 'approver', identities: [{ via: 'github', id: 'drew' }] },
] as const;

/** No candidate was found, so there is no pull request: people were told by an issue. */
async function escalated(services: readonly string[] = ['shop']) {
  const run = await rollbackRun({ services });
  await putPeople(
    run.deps,
    { people: PEOPLE.map((person) => ({ ...person, identities: [...person.identities] })) },
    { actor: { type: 'person', id: 'ada', via: 'api' }, correlationId: 'people', key: 'people' },
  );
  const { forge } = run.world;
  forge.permissions = { 'grace-h': 'write', vic: 'write', stranger: 'admin', drew: 'read' };
  run.world.uptimes.clear();
  forge.refuse = (call) => (call === 'commits' ? new Fault('Unavailable', 'down') : undefined);
  for (const service of services) run.degrade(service);
  run.sweepEveryMinute();
  await run.until('AwaitingHumanReview');
  await run.pass(600);
  forge.refuse = () => undefined;
  const attempts = await run.attempts();
  for (const { id, rev } of attempts)
    await escalateRollback(
      { ...run.deps, notify: undefined },
      { type: 'EscalationRaised', eventId: id, rollbackId: id, rev },
    );
  const numberOf = (repository: string) =>
    forge.issues().find((issue) => issue.repository === repository)?.number ?? 0;
  const stateOf = async (service = 'shop') =>
    (await run.attempts()).find((each) => each.service === service)?.state;
  const markerOf = (id: string) => `escalation/${id}/NO_CANDIDATE`;
  const [attempt] = attempts.filter(({ service }) => service === 'shop');
  if (attempt === undefined) throw new Error('no attempt was opened');
  const say = (login: string, body: string, more: { byBot?: boolean; number?: number; at?: string } = {}) => {
    const { byBot = false, number = numberOf(REPOSITORY), at = REPOSITORY } = more;
    const commentId = forge.say(number, login, body, byBot);
    return obeyComment(run.deps, { repository: at, number, commentId, login, onIssue: true });
  };
  return { run, forge, attempt, say, stateOf, numberOf, markerOf };
}

test.each([
  ['ABORT', 'ABORTED_BY_PERSON'],
  ['MANUAL', 'MANUAL_TAKEOVER'],
] as const)(
  '%s under the escalation issue ends its attempt in the name of who wrote it',
  async (word, reason) => {
    const { run, attempt, say } = await escalated();
    expect(await say('grace-h', `${word} I know this one`)).toEqual({ kind: 'obeyed', command: word });
    expect((await run.until('Aborted')).state).toMatchObject({ reason });
    const decisions = await run.store.decisions({ kind: 'rollback', id: attempt.id });
    const end = decisions.find(({ envelope }) => envelope.to === 'Aborted');
    expect(end?.decision?.actor).toEqual({ type: 'person', id: 'grace', via: 'pull-request' });
    await run.pass(1);
    expect(await run.execution(attempt.id)).toMatchObject({ status: 'SUCCEEDED' });
    await run.close();
  },
);

test('the issue says which words are taken under it, and APPROVE is none of them', async () => {
  const { run, forge, say, stateOf } = await escalated();
  const body = forge.issues()[0]?.body;
  for (const word of ['ABORT', 'MANUAL', 'holdfast reject rbk_']) expect(body).toContain(word);
  expect(body).not.toContain('APPROVE');
  expect(await say('grace-h', 'APPROVE')).toMatchObject({ why: 'no approval is asked for here' });
  expect(await stateOf()).toMatchObject({ kind: 'AwaitingHumanReview' });
  await run.close();
});

test('of two attempts that wait, the one is ended whose issue it is', async () => {
  const { run, say, stateOf, numberOf } = await escalated(['shop', 'cart']);
  expect(numberOf('acme/cart')).not.toBe(numberOf('acme/shop'));
  expect(await say('grace-h', 'ABORT', { number: numberOf('acme/cart'), at: 'acme/cart' })).toMatchObject({
    kind: 'obeyed',
  });
  expect(await stateOf('cart')).toMatchObject({ kind: 'Aborted' });
  expect(await stateOf('shop')).toMatchObject({ kind: 'AwaitingHumanReview' });
  await run.close();
});

test.each([
  ['that somebody else opened with our marker', { ours: false }],
  ['whose text was changed since we opened it', { edited: true }],
])('an issue %s commands nothing', async (_which, change) => {
  const { run, forge, attempt, say, stateOf, markerOf } = await escalated();
  forge.changeIssue(markerOf(attempt.id), change);
  expect(await say('grace-h', 'ABORT')).toMatchObject({ kind: 'ignored' });
  expect(await stateOf()).toMatchObject({ kind: 'AwaitingHumanReview' });
  await run.close();
});

test.each([
  ['no marker of an escalation', () => 'answer/7'],
  ['a marker with more behind it', (id: string) => `escalation/${id}/NO_CANDIDATE/x`],
  ['the marker of an attempt that never was', () => `escalation/rbk_${'0'.repeat(26)}/NO_CANDIDATE`],
])('an issue of ours with %s commands nothing', async (_which, marker) => {
  const { run, forge, attempt, say, stateOf } = await escalated();
  forge.changeIssue(marker(attempt.id), { number: 77, repository: REPOSITORY });
  expect(await say('grace-h', 'ABORT', { number: 77 })).toMatchObject({ kind: 'ignored' });
  expect(await stateOf()).toMatchObject({ kind: 'AwaitingHumanReview' });
  await run.close();
});

test('our issue that was moved to another repository commands nothing there', async () => {
  const { run, forge, attempt, say, stateOf, markerOf, numberOf } = await escalated();
  const number = numberOf(REPOSITORY);
  forge.changeIssue(markerOf(attempt.id), { repository: 'acme/playground' });
  expect(await say('grace-h', 'ABORT', { number, at: 'acme/playground' })).toMatchObject({ kind: 'ignored' });
  expect(await say('grace-h', 'ABORT', { number })).toMatchObject({ kind: 'ignored' });
  expect(await stateOf()).toMatchObject({ kind: 'AwaitingHumanReview' });
  await run.close();
});

test('the number of an issue is not looked for among pull requests, nor the other way round', async () => {
  const { run, forge, numberOf, stateOf } = await escalated();
  const number = numberOf(REPOSITORY);
  const commentId = forge.say(number, 'grace-h', 'ABORT');
  const announced = { repository: REPOSITORY, number, commentId, login: 'grace-h' };
  expect(await obeyComment(run.deps, announced)).toMatchObject({ kind: 'ignored' });
  expect(await stateOf()).toMatchObject({ kind: 'AwaitingHumanReview' });
  await run.close();
});

test.each([
  ['a login that nobody is mapped to', 'stranger', 'mapped to no person'],
  ['a person who may not write in the repository', 'drew', 'may not write'],
  ['a person without the role', 'vic', 'role approver'],
])('%s is refused under the issue as under a pull request', async (_who, login, why) => {
  const { run, attempt, say, stateOf } = await escalated();
  expect(await say(login, 'ABORT')).toMatchObject({ kind: 'refused', why: expect.stringContaining(why) });
  const decisions = await run.store.decisions({ kind: 'rollback', id: attempt.id });
  expect(
    decisions.filter(({ envelope }) => envelope.events.some(({ type }) => type === 'EventRefused')),
  ).toHaveLength(1);
  expect(await stateOf()).toMatchObject({ kind: 'AwaitingHumanReview' });
  await run.close();
});

test('bots, edited comments and talk are ignored under the issue as well', async () => {
  const { run, forge, say, numberOf, stateOf } = await escalated();
  expect(await say('grace-h', 'ABORT', { byBot: true })).toMatchObject({ why: 'a bot wrote it' });
  expect(await say('grace-h', 'please ABORT')).toMatchObject({ why: 'it is no command' });
  const number = numberOf(REPOSITORY);
  const commentId = forge.say(number, 'grace-h', 'hello');
  forge.editComment(commentId, 'ABORT');
  const announced = { repository: REPOSITORY, number, commentId, login: 'grace-h', onIssue: true } as const;
  expect(await obeyComment(run.deps, announced)).toMatchObject({ why: 'it was edited' });
  expect(await stateOf()).toMatchObject({ kind: 'AwaitingHumanReview' });
  await run.close();
});
