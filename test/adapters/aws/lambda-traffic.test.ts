import {
  GetAliasCommand,
  LambdaClient,
  ListVersionsByFunctionCommand,
  UpdateAliasCommand,
  type UpdateAliasCommandInput,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { lambdaTraffic } from '../../../shared/adapters/aws/lambda-traffic.ts';
import { isFault } from '../../../shared/kernel/index.ts';
import type { TrafficTarget } from '../../../shared/ports/traffic.ts';

const TARGET: TrafficTarget = {
  platform: 'lambda',
  service: 'web',
  environment: 'staging',
  function: 'web-staging',
  alias: 'live',
};
const LEASE = { owner: 'rol_1', fencing: 7 };
const CANARY = [
  { revision: '1', weight: 0.95 },
  { revision: '2', weight: 0.05 },
];
const lambda = mockClient(LambdaClient);
const named = (name: string): Error => Object.assign(new Error(name), { name });
const fault = (name: 'Conflict' | 'InvalidInput' | 'NotFound' | 'Malformed' | 'PermissionDenied') => {
  return (thrown: unknown) => isFault(thrown, name);
};

type Change = Pick<
  UpdateAliasCommandInput,
  'FunctionVersion' | 'Description' | 'RoutingConfig' | 'RevisionId'
>;
type Hooks = {
  alias: Change;
  updates: Change[];
  moves: number;
  /** Run once, before the next update is taken; what it answers is what Lambda makes of it. */
  beforeUpdate: ((change: Change) => Change) | undefined;
  /** Run once, after what the next read or update answers was fixed. */
  afterRead: (() => void) | undefined;
  afterUpdate: (() => void) | undefined;
};
/** What Lambda keeps, and what happens there meanwhile. */
const NOTHING: Hooks = {
  ...{ alias: {}, updates: [], moves: 0 },
  ...{ beforeUpdate: undefined, afterRead: undefined, afterUpdate: undefined },
};
let there: Hooks = NOTHING;

function once(hook: 'afterRead' | 'afterUpdate'): void {
  const run = there[hook];
  there[hook] = undefined;
  run?.();
}

function move(change: Change): Change {
  there.moves += 1;
  there.alias = { ...there.alias, ...change, RevisionId: `r${there.moves}` };
  return there.alias;
}

beforeEach(() => {
  lambda.reset();
  there = { ...NOTHING, updates: [] };
  move({ FunctionVersion: '1', Description: 'calls of people' });
  lambda.on(GetAliasCommand).callsFake(() => {
    const seen = there.alias;
    once('afterRead');
    return seen;
  });
  lambda.on(UpdateAliasCommand).callsFake((input: UpdateAliasCommandInput) => {
    const { FunctionName: _f, Name: _n, ...change } = input;
    there.updates.push(change);
    if (change.RevisionId !== there.alias.RevisionId) throw named('PreconditionFailedException');
    const made = there.beforeUpdate?.(change) ?? change;
    there.beforeUpdate = undefined;
    const moved = move(made);
    once('afterUpdate');
    return moved;
  });
});

function traffic(held = true) {
  const client = new LambdaClient({ region: 'eu-west-1' });
  return lambdaTraffic({ client, now: () => 0, leases: { holds: async () => held } });
}

describe('an alias that is moved', () => {
  test('is changed under the revision that was read, keeps its words and carries our mark', async () => {
    const { token } = await traffic().shift(TARGET, CANARY, 'r1', LEASE);
    expect(there.updates).toEqual([
      {
        FunctionVersion: '1',
        RoutingConfig: { AdditionalVersionWeights: { '2': 0.05 } },
        Description: 'calls of people [holdfast rol_1 #7]',
        RevisionId: 'r1',
      },
    ]);
    expect(await traffic().read(TARGET)).toEqual({ arms: CANARY, token });
  });

  test('goes whole to one version by taking the split away', async () => {
    const { token } = await traffic().shift(TARGET, CANARY, 'r1', LEASE);
    const all = [
      { revision: '2', weight: 1 },
      { revision: '1', weight: 0 },
    ];
    await traffic().shift(TARGET, all, token, { owner: 'rol_2', fencing: 8 });
    expect(there.updates[1]).toMatchObject({
      FunctionVersion: '2',
      RoutingConfig: { AdditionalVersionWeights: {} },
      Description: 'calls of people [holdfast rol_2 #8]',
    });
    expect((await traffic().read(TARGET)).arms).toEqual([{ revision: '2', weight: 1 }]);
  });

  test('is not moved again when only the answer was lost', async () => {
    there.afterUpdate = () => {
      throw named('TimeoutError');
    };
    const { token } = await traffic().shift(TARGET, CANARY, 'r1', LEASE);
    expect(token).toBe('r2');
    expect(there.updates).toHaveLength(1);
  });

  test('is moved again when the call did not reach it', async () => {
    there.beforeUpdate = () => {
      there.beforeUpdate = undefined;
      throw named('TooManyRequestsException');
    };
    await traffic().shift(TARGET, CANARY, 'r1', LEASE);
    expect(there.updates.map(({ RevisionId }) => RevisionId)).toEqual(['r1', 'r1']);
  });

  test('is left alone when the same lease has moved it so already', async () => {
    const { token } = await traffic().shift(TARGET, CANARY, 'r1', LEASE);
    expect(await traffic().shift(TARGET, CANARY, 'r1', LEASE)).toEqual({ token });
    expect(there.updates).toHaveLength(1);
  });

  test('is put back when it does not split as it was told to and is still ours', async () => {
    there.beforeUpdate = (change) => ({
      ...change,
      RoutingConfig: { AdditionalVersionWeights: { '2': 0.5 } },
    });
    await expect(traffic().shift(TARGET, CANARY, 'r1', LEASE)).rejects.toSatisfy(fault('Malformed'));
    expect(there.alias).toMatchObject({ FunctionVersion: '1', Description: 'calls of people' });
    expect((await traffic().read(TARGET)).arms).toEqual([{ revision: '1', weight: 1 }]);
  });
});

describe('a move is a conflict, and nothing is changed, when', () => {
  const untouched = async (shift: Promise<unknown>) => {
    await expect(shift).rejects.toSatisfy(fault('Conflict'));
    expect((await traffic().read(TARGET)).arms).toEqual([{ revision: '1', weight: 1 }]);
  };

  test('somebody moved the alias before', async () => {
    move({ Description: 'another' });
    await untouched(traffic().shift(TARGET, CANARY, 'r1', LEASE));
    expect(there.updates).toEqual([]);
  });

  test('somebody moves it between our read and our write', async () => {
    there.afterRead = () => {
      move({ Description: 'another' });
    };
    await untouched(traffic().shift(TARGET, CANARY, 'r1', LEASE));
  });

  test('a later lease has moved it', async () => {
    const { RevisionId = '' } = move({ Description: '[holdfast rol_9 #8]' });
    await untouched(traffic().shift(TARGET, CANARY, RevisionId, LEASE));
    expect(there.updates).toEqual([]);
  });

  test('the lease is no longer held', async () => {
    await untouched(traffic(false).shift(TARGET, CANARY, 'r1', LEASE));
    expect(there.updates).toEqual([]);
  });
});

test('what somebody else made of it right after us is a conflict and stays theirs', async () => {
  there.afterUpdate = () => {
    move({ FunctionVersion: '3', RoutingConfig: { AdditionalVersionWeights: {} } });
  };
  await expect(traffic().shift(TARGET, CANARY, 'r1', LEASE)).rejects.toSatisfy(fault('Conflict'));
  expect((await traffic().read(TARGET)).arms).toEqual([{ revision: '3', weight: 1 }]);
});

test.each([
  ['ResourceNotFoundException', 'NotFound'],
  ['InvalidParameterValueException', 'InvalidInput'],
  ['AccessDeniedException', 'PermissionDenied'],
] as const)('%s leaves as the fault %s', async (name, left) => {
  lambda.on(UpdateAliasCommand).rejects(named(name));
  await expect(traffic().shift(TARGET, CANARY, 'r1', LEASE)).rejects.toSatisfy(fault(left));
});

test.each([
  ['weights that do not sum to 1', [{ revision: '1', weight: 0.9 }]],
  ['no arm at all', []],
  [
    'a negative weight',
    [
      { revision: '1', weight: 1.5 },
      { revision: '2', weight: -0.5 },
    ],
  ],
  ['a weight that is no number', [{ revision: '1', weight: Number.NaN }]],
  [
    'a version twice',
    [
      { revision: '1', weight: 0.5 },
      { revision: '1', weight: 0.5 },
    ],
  ],
  ['three versions', ['1', '2', '3'].map((revision) => ({ revision, weight: 1 / 3 }))],
  ['what is not published', [{ revision: '$LATEST', weight: 1 }]],
])('%s is refused before anything is called', async (_what, arms) => {
  await expect(traffic().shift(TARGET, arms, 'r1', LEASE)).rejects.toSatisfy(fault('InvalidInput'));
  expect(lambda.calls()).toHaveLength(0);
});

describe('the version of a commit', () => {
  const sha = 'a'.repeat(40);
  const versions = (...list: readonly (readonly [string, string])[]) => ({
    Versions: list.map(([Version, Description]) => ({ Version, Description })),
  });

  test('is the newest whose description carries the whole sha as a word, on any page', async () => {
    lambda
      .on(ListVersionsByFunctionCommand)
      .resolvesOnce({ ...versions(['$LATEST', sha], ['9', `acme/web ${sha}`]), NextMarker: 'more' })
      .resolves(versions(['10', `built from ${sha}.`], ['11', `${sha}b`], ['12', sha.slice(0, 12)]));
    expect(await traffic().version(TARGET, sha.toUpperCase())).toBe('10');
    const markers = lambda
      .commandCalls(ListVersionsByFunctionCommand)
      .map(({ args }) => args[0].input.Marker);
    expect(markers).toEqual([undefined, 'more']);
  });

  test('is unknown when none was published from it, and a short sha is refused', async () => {
    lambda.on(ListVersionsByFunctionCommand).resolves(versions(['1', 'b'.repeat(40)]));
    expect(await traffic().version(TARGET, sha)).toBeUndefined();
    await expect(traffic().version(TARGET, 'aaaaaaa')).rejects.toSatisfy(fault('InvalidInput'));
  });

  test('is read back from a version; one that names none, or two, says nothing', async () => {
    const two = `${sha} and ${'b'.repeat(40)}`;
    lambda
      .on(ListVersionsByFunctionCommand)
      .resolves(versions(['1', `acme/web ${sha}`], ['2', 'by hand'], ['3', two]));
    const shas = await Promise.all(
      ['1', '2', '3', '4'].map((version) => traffic().gitRevision(TARGET, version)),
    );
    expect(shas).toEqual([sha, undefined, undefined, undefined]);
  });
});
