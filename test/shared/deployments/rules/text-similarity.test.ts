import fc from 'fast-check';
import MiniSearch from 'minisearch';
import { expect, test } from 'vitest';
import { textSimilarities } from '../../../../shared/deployments/rules/text-similarity.ts';
import { meaningOf, wordsOf } from '../../../../shared/deployments/rules/words.ts';

type Titled = { readonly id: string; readonly text: string };

/** The same from an index that is made for one search: how the scores are defined. */
function byIndex(text: string, others: readonly Titled[]): ReadonlyMap<string, number> {
  const index = new MiniSearch<Titled>({
    fields: ['text'],
    tokenize: (each) => wordsOf(each).flatMap((word) => [word, ...[meaningOf(word) ?? []].flat()]),
    processTerm: (term) => term,
  });
  index.addAll([{ id: '', text }, ...others].toSorted((left, right) => (left.id < right.id ? -1 : 1)));
  const scores = new Map(index.search(text).map(({ id, score }) => [String(id), score]));
  const itself = scores.get('') ?? 0;
  if (itself === 0) return new Map();
  return new Map(
    others.map(({ id }) => {
      const share = (scores.get(id) ?? 0) / itself;
      return [id, share / (share + 0.05)];
    }),
  );
}

const WORDS = [
  'database',
  'db',
  'migration',
  'login',
  'sso',
  'the',
  'cache',
  'redis',
  'totals',
  'of',
  '404',
  'queue',
];
const title = fc.array(fc.constantFrom(...WORDS), { maxLength: 9 }).map((words) => words.join(' '));
const others = fc
  .uniqueArray(fc.tuple(fc.stringMatching(/^[a-z0-9-]{1,4}$/), title), {
    selector: ([id]) => id,
    maxLength: 40,
  })
  .map((pairs) => pairs.map(([id, text]) => ({ id, text })));

test('terms that are counted give the scores of an index, to the last bit', async () => {
  await fc.assert(
    fc.property(title, others, (text, past) => {
      expect([...textSimilarities(text, past)]).toStrictEqual([...byIndex(text, past)]);
    }),
    { numRuns: 300 },
  );
});
