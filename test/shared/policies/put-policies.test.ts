import { expect, test } from 'vitest';
import { readPolicies as readCedar } from '../../../shared/adapters/cedar/cedar-policies.ts';
import {
  BUILT_IN_POLICIES,
  exceptionsOf,
  listPolicyDecisions,
  PolicySetDocument,
  policyInputs,
  putPolicies,
  readPolicies,
} from '../../../shared/policies/index.ts';
import { evaluatePolicies } from '../../../shared/policies/rules/evaluate-policies.ts';
import { fixedClock, seededRandom } from '../../support/chance.ts';
import { expectReplay } from '../../support/expect-replay.ts';
import { memoryStore } from '../../support/memory-store.ts';
import { changing, WEDNESDAY } from './facts.ts';

const actor = { type: 'person', id: 'ada', via: 'api' } as const;
const asked = (key: string) => ({ actor, correlationId: 'c', key });

function world(at = WEDNESDAY) {
  const store = memoryStore();
  const clock = fixedClock(at);
  const software = { version: 't', configDigest: 't' };
  return { store, deps: { store, clock, random: seededRandom(), software, readPolicies: readCedar } };
}

const NO_INFRASTRUCTURE = {
  id: 'no-infrastructure',
  title: 'infrastructure does not change through here',
  severity: 'high',
  cedar: 'forbid(principal, action == Action::"deploy", resource) when { context.change.infrastructure };',
} as const;
const document = (more: object = {}) =>
  PolicySetDocument.parse({ policies: [...BUILT_IN_POLICIES.policies, NO_INFRASTRUCTURE], ...more });

test('what Holdfast comes with is in force until a set is put, and then the set alone', async () => {
  const { store, deps } = world();
  expect(await readPolicies(store)).toMatchObject({ builtIn: true, set: { rev: 0 } });
  await putPolicies(deps, document(), asked('k'));
  const { set, builtIn } = await readPolicies(store);
  expect(builtIn).toBe(false);
  expect(set).toMatchObject({ rev: 1, calendars: {} });
  const at = '2026-11-20T17:00:00.000Z';
  const say = (facts = changing({})) =>
    evaluatePolicies.decide(policyInputs({ set, facts, exceptions: [], at })).blockedBy;
  expect(say()).toEqual([]);
  expect(say(changing({ infrastructure: true }))).toEqual(['no-infrastructure']);
});

test('a change is a decision that says what was added, removed and changed, without persons in its event', async () => {
  const { store, deps } = world();
  await putPolicies(deps, document(), asked('k'));
  const [step] = await store.decisions({ kind: 'policy', id: 'set' });
  expect(step?.envelope.events).toEqual([
    {
      type: 'PoliciesChanged',
      data: {
        policies: { added: ['no-infrastructure'], removed: [], changed: [] },
        calendars: { added: [], removed: ['friday-afternoon'], changed: [] },
        exceptions: { added: [], removed: [], changed: [] },
      },
    },
  ]);
  await expectReplay(store);
});

test('the same set again decides nothing', async () => {
  const { store, deps } = world();
  await putPolicies(deps, document(), asked('k1'));
  await putPolicies(deps, document(), asked('k2'));
  expect((await listPolicyDecisions(store)).items).toHaveLength(1);
});

test('a set with a policy that names what is unknown is refused as a whole, by its name', async () => {
  const { store, deps } = world();
  const wrong = {
    ...NO_INFRASTRUCTURE,
    cedar: NO_INFRASTRUCTURE.cedar.replace('infrastructure }', 'infra }'),
  };
  const put = putPolicies(
    deps,
    document({ policies: [NO_INFRASTRUCTURE, { ...wrong, id: 'wrong' }] }),
    asked('k'),
  );
  await expect(put).rejects.toMatchObject({
    name: 'InvalidInput',
    issues: [{ path: 'policies.1.cedar', message: expect.stringContaining('infra') }],
  });
  expect(await readPolicies(store)).toMatchObject({ builtIn: true });
});

const EXCEPTION = {
  ...{ id: 'big-one', policies: ['large-change-caution'], owner: 'ada', reason: 'generated code' },
  expiresAt: '2026-12-01T00:00:00Z',
};

test('exceptions of the set come to the rule with their owner and their expiry', async () => {
  const { store, deps } = world();
  await putPolicies(deps, document({ exceptions: [EXCEPTION] }), asked('k'));
  expect(exceptionsOf(await readPolicies(store))).toEqual([{ kind: 'exception', ...EXCEPTION }]);
});

test('an exception without an end in sight is refused', async () => {
  const { deps } = world();
  const late = { ...EXCEPTION, expiresAt: '2027-03-01T00:00:00Z' };
  await expect(putPolicies(deps, document({ exceptions: [late] }), asked('k'))).rejects.toMatchObject({
    name: 'InvalidInput',
    issues: [{ path: 'exceptions.0.expiresAt' }],
  });
});

test.each([
  ['at the moment it ends', WEDNESDAY],
  ['a year after its end', '2025-11-18T00:00:00Z'],
])('an exception is refused %s', async (_when, expiresAt) => {
  const { store, deps } = world();
  const put = putPolicies(
    deps,
    document({ exceptions: [EXCEPTION, { ...EXCEPTION, id: 'old', expiresAt }] }),
    asked('k'),
  );
  await expect(put).rejects.toMatchObject({
    name: 'InvalidInput',
    issues: [
      { path: 'exceptions.1.expiresAt', message: expect.stringContaining('old: has expired already') },
    ],
  });
  expect(await readPolicies(store)).toMatchObject({ builtIn: true });
});

test('the set in force, put again after an exception of it has expired, decides nothing', async () => {
  const { store, deps } = world();
  const set = document({ exceptions: [EXCEPTION] });
  await putPolicies(deps, set, asked('k1'));
  await putPolicies({ ...deps, clock: fixedClock('2026-12-02T00:00:00Z') }, set, asked('k2'));
  expect((await listPolicyDecisions(store)).items).toHaveLength(1);
});

test('an exception of a policy that is not in the set is refused, and names it', async () => {
  const { deps } = world();
  const misspelt = { ...EXCEPTION, policies: ['large-change-caution', 'large-change'] };
  await expect(putPolicies(deps, document({ exceptions: [misspelt] }), asked('k'))).rejects.toMatchObject({
    name: 'InvalidInput',
    issues: [
      { path: 'exceptions.0.policies.1', message: 'big-one: there is no policy large-change in the set' },
    ],
  });
});

test('a set without any permit is refused: nothing would be permitted', async () => {
  const { deps } = world();
  const put = putPolicies(deps, document({ policies: [NO_INFRASTRUCTURE] }), asked('k'));
  await expect(put).rejects.toMatchObject({
    name: 'InvalidInput',
    issues: [{ path: 'policies', message: expect.stringContaining('nothing would be permitted') }],
  });
});

test('a set that no decision could hold is refused', async () => {
  const { deps } = world();
  const many = Array.from({ length: 40 }, (_, index) => ({
    ...NO_INFRASTRUCTURE,
    id: `p-${index}`,
    title: 'x'.repeat(500),
  }));
  await expect(putPolicies(deps, document({ policies: many }), asked('k'))).rejects.toMatchObject({
    name: 'TooLarge',
  });
});

test.each([
  [{ policies: [] }, 'no policy at all'],
  [{ policies: [NO_INFRASTRUCTURE, NO_INFRASTRUCTURE] }, 'the same id twice'],
  [{ policies: [NO_INFRASTRUCTURE], exceptions: [{ ...EXCEPTION, owner: '' }] }, 'an exception of nobody'],
  [{ policies: [NO_INFRASTRUCTURE], extra: 1 }, 'a field that is none'],
])('%j is no set: %s', (sent, _why) => {
  expect(PolicySetDocument.safeParse(sent).success).toBe(false);
});
