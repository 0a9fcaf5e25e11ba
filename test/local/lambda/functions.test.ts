import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createFunctions } from '../../../local/sandbox/lambda/functions.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-functions-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Repeatable chance: mulberry32. */
function drawn(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function begin(name: string) {
  const functions = createFunctions(join(folder, `${name}.json`), drawn(7));
  functions.create('web');
  for (const sha of ['a', 'b', 'c']) functions.publish('web', sha, sha);
  functions.createAlias('web', 'live', '1');
  return functions;
}

test.each([0.01, 0.05, 0.25, 0.5])(
  'of 20,000 calls an alias sends the share %s to its other version',
  (weight) => {
    const functions = begin(`share-${weight}`);
    functions.updateAlias('web', 'live', { RoutingConfig: { AdditionalVersionWeights: { '2': weight } } });
    const calls = 20_000;
    const taken = Array.from({ length: calls }, () => functions.route('web', 'live').version.version);
    const share = taken.filter((version) => version === '2').length / calls;
    // four standard deviations of a binomial share
    expect(Math.abs(share - weight)).toBeLessThan(4 * Math.sqrt((weight * (1 - weight)) / calls));
    expect(new Set(taken)).toEqual(new Set(['1', '2']));
  },
);

test('an alias without a second version sends everything to its only one', () => {
  const functions = begin('one');
  const routes = Array.from({ length: 100 }, () => functions.route('web', 'live'));
  expect(routes.every(({ version, split }) => version.version === '1' && !split)).toBe(true);
});

test('a change under an old revision id is refused, and every change gives a new one', () => {
  const functions = begin('revision');
  const { RevisionId } = functions.alias('web', 'live');
  const moved = functions.updateAlias('web', 'live', { FunctionVersion: '2', RevisionId });
  expect(moved.RevisionId).not.toBe(RevisionId);
  const late = () => functions.updateAlias('web', 'live', { FunctionVersion: '3', RevisionId });
  expect(late).toThrow(expect.objectContaining({ code: 'PreconditionFailedException', status: 412 }));
  expect(functions.alias('web', 'live').FunctionVersion).toBe('2');
});

test.each([
  ['two further versions', { '2': 0.1, '3': 0.1 }, 'InvalidParameterValueException'],
  ['its own version', { '1': 0.1 }, 'InvalidParameterValueException'],
  ['a weight above 1', { '2': 1.1 }, 'InvalidParameterValueException'],
  ['a version that is not there', { '9': 0.1 }, 'ResourceNotFoundException'],
])('an alias does not take %s', (what, AdditionalVersionWeights, code) => {
  const functions = begin(what);
  const update = () => functions.updateAlias('web', 'live', { RoutingConfig: { AdditionalVersionWeights } });
  expect(update).toThrow(expect.objectContaining({ code }));
});

test('what was published and how it splits outlives a restart', () => {
  begin('durable').updateAlias('web', 'live', { RoutingConfig: { AdditionalVersionWeights: { '2': 0.1 } } });
  const again = createFunctions(join(folder, 'durable.json'), drawn(7));
  expect(again.versions('web').map(({ version }) => version)).toEqual(['1', '2', '3']);
  expect(again.alias('web', 'live').RoutingConfig).toEqual({ AdditionalVersionWeights: { '2': 0.1 } });
  expect(again.publish('web', 'c', 'c').version).toBe('3');
});
