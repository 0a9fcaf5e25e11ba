import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MAX_REFUSALS_PER_DAY, METRICS, type RequestInput } from '../../../shared/deployments/index.ts';
import { Fault } from '../../../shared/kernel/index.ts';
import { putService, readService } from '../../../shared/services/index.ts';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';
import { eventFlaws } from '../../support/event-tables.ts';

let run: DeploymentRun;
beforeEach(async () => {
  run = await deploymentRun();
});
afterEach(() => run.close());

const GRACE = { type: 'person', id: 'grace', via: 'api' } as const;
const RUN = { type: 'system', id: 'repo:acme/shop', via: 'api' } as const;
const ARGOCD = {
  ...{ platform: 'argocd' as const, application: 'shop' },
  manifest: { repository: 'acme/gitops', branch: 'main', path: 'a.yaml', pointer: '/a' },
};

/** What the ledger holds of refused requests of the service. */
async function refusals() {
  const decisions = await run.store.decisions({ kind: 'service', id: 'shop' });
  return decisions.filter(({ envelope }) => envelope.event === 'DeploymentNotOpened');
}
const asking = (more: Partial<RequestInput> = {}) => run.request(run.change, more);

const CASES: readonly [string, () => Partial<RequestInput>, string, string, string][] = [
  ...['mars', '__proto__', 'constructor', 'toString'].map(
    (environment) =>
      [
        ...[`the unknown environment ${environment}`, () => ({ environment }), 'ENVIRONMENT_UNKNOWN'],
        ...['NotFound', `shop has no environment ${environment}`],
      ] as [string, () => Partial<RequestInput>, string, string, string],
  ),
  [
    'a platform that cannot roll out',
    () => ({ environment: 'classic' }),
    ...(['PLATFORM_UNSUPPORTED', 'InvalidInput', 'argocd'] as const),
  ],
  [
    'a run of another repository',
    () => ({ run: { repository: 'acme/other', sha: run.change }, actor: RUN }),
    ...(['RUN_OF_OTHER_REPOSITORY', 'Forbidden', 'acme/other'] as const),
  ],
  [
    'a run at another commit',
    () => ({ run: { repository: 'acme/shop', sha: run.base }, actor: RUN }),
    ...(['RUN_OF_OTHER_REVISION', 'Forbidden', 'cannot deploy'] as const),
  ],
];

describe('a request that is refused before there is a deployment', () => {
  test.each(CASES)(
    'for %s is a decision of the service, once, and the same clear error each time',
    async (...of) => {
      const [, more, refusal, name, said] = of;
      const document = await readService(run.deps, 'shop');
      const environments = { ...document.environments, classic: ARGOCD };
      const key = { actor: GRACE, correlationId: 'classic', key: 'classic' };
      await putService(run.deps, { name: 'shop', document: { ...document, environments }, ...key });
      const error = { name, message: expect.stringContaining(said) };
      for (let times = 0; times < 3; times += 1) await expect(asking(more())).rejects.toMatchObject(error);
      const [only, ...rest] = await refusals();
      expect(rest).toEqual([]);
      expect(only?.decision).toMatchObject({
        ...{ rule: { name: 'refuse-deployment-request' }, outcome: { refusal } },
        ...{ actor: more().actor ?? { id: 'linus' }, reasons: [{ code: refusal, text: error.message }] },
        ...{ inputs: { revision: run.change }, from: 'Registered', to: 'Registered' },
      });
      for (const { type, data } of only?.envelope.events ?? []) {
        const detail = { version: 1, eventId: 'service/shop/3/0', correlationId: 'c', data };
        const subject = { kind: 'service', id: 'shop' };
        const flaws = eventFlaws('holdfast.services', type, {
          ...{ ...detail, subject, rev: 3, at: '2026-11-17T10:00:00.000Z' },
        });
        expect([type, flaws]).toEqual(['DeploymentNotOpened', []]);
      }
      expect(await readService(run.deps, 'shop')).toEqual({ ...document, environments });
    },
  );

  test('because one is under way is recorded once for each person and revision', async () => {
    run.publish();
    const id = await asking();
    const error = { name: 'Conflict', message: expect.stringContaining(id) };
    for (const more of [{}, {}, { actor: GRACE }, { revision: run.base }])
      await expect(asking(more)).rejects.toMatchObject(error);
    const found = await refusals();
    expect(found.map(({ decision }) => decision?.actor.id)).toEqual(['linus', 'grace', 'linus']);
    expect(found.map(({ envelope }) => envelope.environment)).toEqual(['staging', 'staging', 'staging']);
    expect(found.map(({ decision }) => decision?.outcome)).toEqual(
      found.map(() => ({ refusal: 'UNDER_WAY' })),
    );
  });

  test('because it was asked for with other facts is recorded', async () => {
    run.publish();
    const { startDeployment } = run.deps;
    const lost = () => Promise.reject(new Fault('Unavailable', 'no workflow'));
    Object.assign(run.deps, { startDeployment: lost });
    await expect(asking()).rejects.toMatchObject({ name: 'Unavailable' });
    Object.assign(run.deps, { startDeployment });
    await expect(asking({ declared: { hotfix: true } })).rejects.toMatchObject({ name: 'Conflict' });
    expect((await refusals()).map(({ decision }) => decision?.outcome)).toEqual([
      { refusal: 'ASKED_OTHERWISE' },
    ]);
  });
});

describe('the record of a refused request', () => {
  test('is not made for an unknown service: there is nothing that it could be a decision of', async () => {
    await expect(asking({ service: 'nowhere' })).rejects.toMatchObject({ name: 'NotFound' });
    expect(await run.store.decisions({ kind: 'service', id: 'nowhere' })).toEqual([]);
    expect(await refusals()).toEqual([]);
  });

  test('is made so many times a day of one person; beyond that the request is refused all the same', async () => {
    const environment = (each: number) => `mars-${each}`;
    for (let each = 0; each < MAX_REFUSALS_PER_DAY + 5; each += 1)
      await expect(asking({ environment: environment(each) })).rejects.toMatchObject({ name: 'NotFound' });
    expect(await refusals()).toHaveLength(MAX_REFUSALS_PER_DAY);
    await expect(asking({ environment: 'mars', actor: GRACE })).rejects.toMatchObject({ name: 'NotFound' });
    expect(await refusals()).toHaveLength(MAX_REFUSALS_PER_DAY + 1);
    await run.pass(86_400);
    await expect(asking({ environment: 'venus' })).rejects.toMatchObject({ name: 'NotFound' });
    expect(await refusals()).toHaveLength(MAX_REFUSALS_PER_DAY + 2);
  });

  test('is counted where a function that decides may count, and under no name of a person', async () => {
    const { write } = run.store;
    const counters: string[] = [];
    Object.assign(run.store, {
      write: (each: Parameters<typeof write>[0]) => {
        counters.push(
          ...each.effects.map((effect) => (effect.type === 'count' ? effect.counter : effect.type)),
        );
        return write(each);
      },
    });
    await expect(asking({ environment: 'mars' })).rejects.toMatchObject({ name: 'NotFound' });
    expect(counters).toEqual([expect.stringMatching(/^QUOTA#/), expect.stringMatching(/^QUOTA#/)]);
    expect(counters.join()).not.toMatch(/linus|mars/);
  });

  test('is made of each of twelve people who ask at once', async () => {
    const people = Array.from({ length: 12 }, (_, each) => ({ ...GRACE, id: `person-${each}` }));
    const pauses = vi.spyOn(run.deps, 'pause');
    const asked = people.map((actor) => asking({ environment: 'mars', actor }).catch(({ name }) => name));
    expect(await Promise.all(asked)).toEqual(people.map(() => 'NotFound'));
    const made = (await refusals()).length;
    // whoever gets through in no round is counted: nothing is lost without a trace
    const unrecorded = run.counted.filter((name) => name === METRICS.refusalUnrecorded).length;
    expect(made + unrecorded).toBe(12);
    expect(made).toBeGreaterThanOrEqual(8);
    for (const [wait] of pauses.mock.calls) {
      expect(wait).toBeGreaterThanOrEqual(0);
      expect(wait).toBeLessThan(500);
    }
  });

  test('that others keep hindering is given up after so many tries, and counted', async () => {
    const write = vi.fn(async () => ({ kind: 'moved' as const }));
    Object.assign(run.store, { write });
    await expect(asking({ environment: 'mars' })).rejects.toMatchObject({ name: 'NotFound' });
    expect(write).toHaveBeenCalledTimes(9);
    expect(run.counted.filter((name) => name === METRICS.refusalUnrecorded)).toHaveLength(1);
  });

  test('that cannot be made hides no error, and is counted', async () => {
    const { write } = run.store;
    Object.assign(run.store, { write: () => Promise.reject(new Fault('Unavailable', 'no table')) });
    await expect(asking({ environment: 'mars' })).rejects.toMatchObject({ name: 'NotFound' });
    expect(run.counted).toContain(METRICS.refusalUnrecorded);
    Object.assign(run.store, { write });
    await expect(asking({ environment: 'mars' })).rejects.toMatchObject({ name: 'NotFound' });
    expect(await refusals()).toHaveLength(1);
  });
});

describe('a retry that is refused', () => {
  const input = { reason: 'again', person: 'grace', via: 'api', isApprover: false } as const;

  test('of a condemned revision by somebody who is no approver is a decision of the service', async () => {
    run.publish({ failing: 0.05, slow: 0.01 });
    const id = await asking();
    await run.minutes(30, async () => (await run.deployment(id)).state.kind === 'RolledBack');
    for (let times = 0; times < 2; times += 1)
      await expect(run.verb(id, 'retry', input)).rejects.toMatchObject({
        ...{ name: 'Forbidden', message: expect.stringContaining('only an approver') },
      });
    const [only, ...rest] = await refusals();
    expect(rest).toEqual([]);
    expect(only?.decision).toMatchObject({
      ...{ outcome: { refusal: 'RETRY_OF_CONDEMNED' }, inputs: { retryOf: id }, actor: { id: 'grace' } },
    });
  });

  test('because it has not ended is a decision of the deployment itself', async () => {
    run.publish();
    const id = await asking();
    await expect(run.verb(id, 'retry', input)).rejects.toMatchObject({
      ...{ name: 'Conflict', message: expect.stringContaining('there is nothing to try again') },
    });
    expect((await run.events('deployment', id)).at(-1)).toBe('DeploymentRequested');
    const last = (await run.store.decisions({ kind: 'deployment', id })).at(-1)?.envelope;
    expect(last?.events).toEqual([{ type: 'EventRefused', data: { event: 'DeploymentRequested' } }]);
  });
});
