import { afterEach, describe, expect, test } from 'vitest';
import { handOverDeploymentToPerson } from '../../../shared/deployments/index.ts';
import { Fault } from '../../../shared/kernel/index.ts';
import { putService } from '../../../shared/services/index.ts';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run.close());

type Options = Parameters<typeof deploymentRun>[0];
const FRIDAY = '2026-11-20T16:00:00.000Z';
const BEFORE_IT = '2026-11-20T15:50:00.000Z';

async function requested(options: Options = {}, more: Parameters<DeploymentRun['request']>[1] = {}) {
  run = await deploymentRun(options);
  run.publish();
  return run.request(run.change, more);
}
const stateOf = async (id: string) => (await run.deployment(id)).state;
const reasonsOf = async (id: string) =>
  (await run.store.decisions({ kind: 'deployment', id })).flatMap(({ decision }) =>
    (decision?.reasons ?? []).map(({ code, text }) => `${code}: ${text}`),
  );

describe('a deployment is refused at once', () => {
  test.each([
    ['of an unknown service', { service: 'nope' }, 'NotFound', 'nope'],
    ['in an unknown environment', { environment: 'moon' }, 'NotFound', 'moon'],
  ])('%s', async (_what, more, name, said) => {
    run = await deploymentRun();
    await expect(run.request(run.change, more)).rejects.toMatchObject({
      name,
      message: expect.stringContaining(said),
    });
  });

  test('where its platform cannot be rolled out on', async () => {
    run = await deploymentRun();
    const manifest = { repository: 'acme/gitops', branch: 'main', path: 'a.yaml', pointer: '/spec' };
    await putService(run.deps, {
      name: 'cart',
      document: {
        ...{ tier: 3, owners: ['team'], repository: 'acme/cart', selectors: [], slos: [], dependencies: [] },
        environments: { staging: { platform: 'argocd', application: 'cart-staging', manifest } },
      },
      ...{ actor: { type: 'person', id: 'ada', via: 'api' }, correlationId: 'cart', key: 'cart' },
    });
    await expect(run.request(run.change, { service: 'cart' })).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringContaining('only lambda'),
    });
  });

  test('while another is under way, which is named', async () => {
    const id = await requested();
    await expect(run.request()).rejects.toMatchObject({
      name: 'Conflict',
      message: expect.stringContaining(id),
    });
  });

  test('but asking again for what was just asked for starts what was never started', async () => {
    run = await deploymentRun();
    run.publish();
    const { startDeployment } = run.deps;
    Object.assign(run.deps, {
      startDeployment: async () => {
        throw new Fault('Unavailable', 'no workflow');
      },
    });
    await expect(run.request()).rejects.toMatchObject({ name: 'Unavailable' });
    Object.assign(run.deps, { startDeployment });
    const id = await run.request();
    expect((await stateOf(id)).kind).toBe('RollingOut');
    const opened = run.store.written.filter(({ event }) => event === 'DeploymentRequested');
    expect(opened).toHaveLength(1);
  });
});

describe('a deployment is blocked', () => {
  test.each<[string, () => void, string]>([
    [
      'of what runs already',
      () => run.traffic.world.move([{ revision: '2', weight: 1 }]),
      'ALREADY_DEPLOYED',
    ],
    ['without a published version', () => run.traffic.versions.delete('2'), 'VERSION_UNKNOWN'],
    [
      'while somebody else splits the traffic',
      () =>
        run.traffic.world.move([
          { revision: '1', weight: 0.5 },
          { revision: '9', weight: 0.5 },
        ]),
      'TRAFFIC_SPLIT',
    ],
  ])('%s', async (_what, change, reason) => {
    run = await deploymentRun();
    run.publish();
    change();
    const id = await run.request();
    expect(await stateOf(id)).toEqual({ kind: 'Blocked', reason });
    expect((await stateOf(await run.request())).kind).toBe('Blocked');
  });

  test('of a revision that the repository does not have', async () => {
    run = await deploymentRun();
    const id = await run.request('f'.repeat(40));
    expect(await stateOf(id)).toEqual({ kind: 'Blocked', reason: 'REVISION_UNKNOWN' });
  });

  test('on a Friday at 16:00, by the calendar, which is named', async () => {
    const id = await requested({ start: FRIDAY });
    expect(await stateOf(id)).toEqual({ kind: 'Blocked', reason: 'POLICY' });
    expect((await reasonsOf(id)).join()).toMatch(/BLOCK: freeze-windows/);
    expect((await reasonsOf(id)).join()).toContain('friday-afternoon');
    expect(run.traffic.moves).toEqual([]);
  });

  test('while the kill switch is on', async () => {
    run = await deploymentRun();
    run.publish();
    await run.killSwitch(true);
    const id = await run.request();
    expect(await stateOf(id)).toEqual({ kind: 'Blocked', reason: 'KILL_SWITCH' });
  });

  test('when its error budget cannot be read, which is named', async () => {
    const id = await requested({
      slos: [{ name: 'availability', objective: 0.999 }],
      sloCounts: async () => {
        throw new Fault('Unavailable', 'no metrics');
      },
    });
    expect(await stateOf(id)).toEqual({ kind: 'Blocked', reason: 'POLICY' });
    expect((await reasonsOf(id)).join()).toMatch(/budget/);
  });

  test('when its error budget is spent', async () => {
    const id = await requested({
      slos: [{ name: 'availability', objective: 0.999 }],
      sloCounts: async (_target, windows) => windows.map(() => ({ good: 900, total: 1000 })),
    });
    expect(await stateOf(id)).toEqual({ kind: 'Blocked', reason: 'POLICY' });
  });
});

describe('at a level that does not act', () => {
  test.each([
    ['observe', 'staging', 'would have rolled it out'],
    ['shadow', 'production', 'would have rolled it out'],
    ['suggest', 'staging', 'would have rolled it out'],
  ] as const)(
    '%s in %s a deployment is observed, and says what it would have done',
    async (level, environment, would) => {
      const id = await requested({ level, environment });
      expect([(await stateOf(id)).kind, run.traffic.moves]).toEqual(['Observed', []]);
      expect(await reasonsOf(id)).toContain(`WOULD_HAVE: ${would}`);
    },
  );
});

describe('a deployment that needs a person', () => {
  const PRODUCTION = { environment: 'production' } as const;

  test('is asked about, approved by another, and rolled out; the approval is used', async () => {
    const id = await requested(PRODUCTION);
    expect((await stateOf(id)).kind).toBe('AwaitingApproval');
    for (const person of ['linus', 'dev'])
      await expect(run.answer('approve', person)).rejects.toMatchObject({ name: 'Forbidden' });
    await run.answer('approve', 'grace');
    expect([(await stateOf(id)).kind, (await run.approvals())[0]?.state]).toEqual(['RollingOut', 'Used']);
    expect((await run.deployment(id)).data.approvedBy).toBe('grace');
  });

  test('is rejected', async () => {
    const id = await requested(PRODUCTION);
    await run.answer('reject');
    expect(await stateOf(id)).toEqual({ kind: 'Aborted', reason: 'APPROVAL_REJECTED' });
  });

  test('expires: paged first, then aborted, and its place is free', async () => {
    const id = await requested(PRODUCTION);
    await run.pass(3700);
    expect((await run.events('deployment', id)).at(-1)).toBe('Paged');
    await run.pass(11_000);
    expect(await stateOf(id)).toEqual({ kind: 'Aborted', reason: 'APPROVAL_TIMEOUT' });
    expect((await run.approvals())[0]?.state).toBe('Expired');
    expect((await stateOf(await run.request())).kind).toBe('AwaitingApproval');
  });

  test('and was approved into a freeze is blocked, and the approval is spent', async () => {
    const id = await requested({ ...PRODUCTION, start: BEFORE_IT });
    await run.pass(900);
    await run.answer('approve');
    expect(await stateOf(id)).toEqual({ kind: 'Blocked', reason: 'POLICY' });
    expect((await run.approvals())[0]?.state).toBe('Spent');
  });

  test('and is approved when the level no longer acts is observed', async () => {
    const id = await requested(PRODUCTION);
    await run.setLevel('observe');
    await run.answer('approve');
    expect([(await stateOf(id)).kind, run.traffic.moves]).toEqual(['Observed', []]);
  });

  test('is ended by whoever asked, and the question is withdrawn', async () => {
    const id = await requested(PRODUCTION);
    const input = { reason: 'not now', person: 'linus', via: 'api' as const, isApprover: false };
    await run.verb(id, 'abort', input);
    expect(await stateOf(id)).toEqual({ kind: 'Aborted', reason: 'ABORTED_BY_PERSON' });
    expect((await run.approvals())[0]?.state).toBe('Withdrawn');
    await run.verb(id, 'abort', input);
    await expect(run.verb(id, 'promote', input)).rejects.toMatchObject({ name: 'Conflict' });
  });

  test.each<[string, () => void]>([
    ['a commit that no account is known for', () => run.forge.authorOf('acme/shop', run.change, undefined)],
    ['a version before it that says nothing of its commit', () => run.traffic.versions.delete('1')],
    ['a base that the repository no longer has', () => void run.traffic.world.publish('1', 'e'.repeat(40))],
  ])('has %s: not the whole of it was seen, so that nobody may approve it', async (_what, change) => {
    run = await deploymentRun(PRODUCTION);
    run.publish();
    change();
    await run.request();
    for (const person of ['grace', 'ada'])
      await expect(run.answer('approve', person)).rejects.toMatchObject({ name: 'Forbidden' });
    expect((await run.approvals())[0]?.data.notBy).toContain('?');
    await run.answer('reject');
  });
});

describe('a rollout that cannot start', () => {
  test('without any measurement goes to a person, and ends when nobody takes it', async () => {
    run = await deploymentRun();
    run.traffic.world.publish('2', run.change);
    const id = await run.request();
    await run.pass(300);
    expect(await stateOf(id)).toEqual({ kind: 'AwaitingHumanReview', reason: 'METRICS_UNREADABLE' });
    await run.pass(15_000);
    expect(await stateOf(id)).toEqual({ kind: 'Aborted', reason: 'REVIEW_TIMEOUT' });
  });

  test('because its deployment was ended while it was opened is closed, and nothing has moved', async () => {
    run = await deploymentRun();
    run.publish();
    const { thresholds } = run.traffic.metrics;
    let ids: readonly string[] = [];
    Object.assign(run.traffic.metrics, {
      thresholds: async (...given: Parameters<typeof thresholds>) => {
        ids = (await run.store.heads({ kind: 'deployment' })).items.map(({ id }) => id);
        return thresholds(...given);
      },
    });
    const { write } = run.store;
    Object.assign(run.store, {
      write: async (given: Parameters<typeof write>[0]) => {
        const answer = await write(given);
        const input = { reason: 'no', person: 'linus', via: 'api' as const, isApprover: false };
        if (given.envelope.event === 'RolloutPlanned') await run.verb(ids[0] ?? '', 'abort', input);
        return answer;
      },
    });
    const id = await run.request();
    await run.pass(60);
    expect((await stateOf(id)).kind).toBe('Aborted');
    expect([await run.stands(id), run.traffic.moves]).toEqual(['Aborted ABORTED_BY_PERSON', []]);
  });
});

describe('a deployment whose workflow lost its way while its rollout went on', () => {
  async function handedOver() {
    const id = await requested();
    const { wait } = run.deps.work;
    const handOver = { deploymentId: id, key: 'bug', failure: 'SomeBug' };
    await handOverDeploymentToPerson(run.deps, handOver);
    const token = (await wait(id, 'RollingOut'))?.token ?? '';
    await run.deps.workflow.wake(token, {});
    await run.pass(1);
    expect((await stateOf(id)).kind).toBe('AwaitingHumanReview');
    return id;
  }

  test('ends as its rollout ends', async () => {
    const id = await handedOver();
    await run.minutes(20, async () => (await stateOf(id)).kind === 'Completed');
    expect((await stateOf(id)).kind).toBe('Completed');
  });

  test('keeps its place until then, however long nobody looks', async () => {
    const id = await handedOver();
    await run.control(id, 'pause');
    await run.pass(40_000);
    expect((await stateOf(id)).kind).toBe('AwaitingHumanReview');
    await expect(run.request()).rejects.toMatchObject({ name: 'Conflict' });
    await run.control(id, 'abort');
    expect((await stateOf(id)).kind).toBe('Aborted');
  });
});
