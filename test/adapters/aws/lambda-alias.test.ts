import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  checkedArms,
  marked,
  readAlias,
  routingOf,
  sameArms,
} from '../../../shared/adapters/aws/lambda-alias.ts';
import { isFault } from '../../../shared/kernel/index.ts';

const version = fc.integer({ min: 1, max: 9_999 }).map(String);
const split = fc
  .tuple(fc.uniqueArray(version, { minLength: 2, maxLength: 2 }), fc.integer({ min: 0, max: 1000 }))
  .map(([[left = '', right = ''], thousandths]) => [
    { revision: left, weight: thousandths / 1000 },
    { revision: right, weight: 1 - thousandths / 1000 },
  ]);

test('whatever may be split is read back as it was told, whichever version is the main one', () => {
  fc.assert(
    fc.property(split, version, (arms, main) => {
      const wanted = checkedArms(arms);
      const { FunctionVersion, RoutingConfig } = routingOf(wanted, main);
      const read = readAlias({ FunctionVersion, RoutingConfig, RevisionId: 'r' });
      expect(sameArms(read.arms, wanted)).toBe(true);
      expect(read.arms.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
    }),
  );
});

test('a mark is read back, replaces the one before, and never makes a description too long', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 256 }), fc.nat(), fc.nat(), (words, first, second) => {
      const once = marked(words, { owner: 'rol_1', fencing: first });
      const twice = marked(once, { owner: 'rol_2', fencing: second });
      expect(twice.length).toBeLessThanOrEqual(256);
      expect(twice.match(/\[holdfast rol_/g)).toHaveLength(1);
      const read = readAlias({ FunctionVersion: '1', RevisionId: 'r', Description: twice });
      expect(read.mark).toEqual({ owner: 'rol_2', fencing: second });
    }),
  );
});

test.each([
  ['no version', { RevisionId: 'r' }],
  ['no revision id', { FunctionVersion: '1' }],
  ['three versions', routing({ '2': 0.1, '3': 0.1 })],
  ['more than everything', routing({ '2': 1.5 })],
])('an answer with %s is malformed', (_what, answer) => {
  expect(() => readAlias(answer)).toThrow(expect.objectContaining({ name: 'Malformed' }));
});

function routing(AdditionalVersionWeights: Record<string, number>) {
  return { FunctionVersion: '1', RevisionId: 'r', RoutingConfig: { AdditionalVersionWeights } };
}

test('a refusal says what the weights sum to', () => {
  const refused = () => checkedArms([{ revision: '1', weight: 0.9 }]);
  expect(refused).toThrow('0.9');
  expect(refused).toThrow(expect.toSatisfy((thrown: unknown) => isFault(thrown, 'InvalidInput')));
});
