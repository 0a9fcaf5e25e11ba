import { expect, test } from 'vitest';
import { textSimilarities } from '../../../../shared/deployments/rules/text-similarity.ts';
import { meaningOf, wordsOf } from '../../../../shared/deployments/rules/words.ts';

const meanings = (text: string) => wordsOf(text).map((word) => meaningOf(word) ?? word);

test.each([
  ['DB migration', 'schema'],
  ['revert', 'rolled back'],
  ['settings', 'config'],
  ['feature toggles', 'flag'],
  ['OAuth', 'log in'],
  ['rate limits', 'throttling'],
  ['caching', 'caches'],
  ['migrate', 'migrating databases'],
  ['dependencies', 'bump'],
])('"%s" and "%s" mean the same', (left, right) => {
  expect(new Set(meanings(left))).toEqual(new Set(meanings(right)));
});

test('forms of one word are one word, and words that say nothing are none', () => {
  expect(wordsOf('Retries: the retry was retried')).toEqual(['retry', 'retry', 'retry']);
  expect(wordsOf('a fix to the')).toEqual([]);
});

test('a text without words is like none', () => {
  expect(textSimilarities('the', [{ id: 'a', text: 'the' }]).size).toBe(0);
});

test('the nearer text is the more alike', () => {
  const found = textSimilarities('rotate the TLS certificate', [
    { id: 'same', text: 'rotate the TLS certificate' },
    { id: 'synonym', text: 'new cert' },
    { id: 'other', text: 'free delivery above 50 euros' },
  ]);
  const [same = 0, synonym = 0, other = 0] = ['same', 'synonym', 'other'].map((id) => found.get(id));
  expect(same).toBeGreaterThan(synonym);
  expect(synonym).toBeGreaterThan(other);
  expect(other).toBe(0);
});
