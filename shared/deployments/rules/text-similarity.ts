import MiniSearch from 'minisearch';
import { meaningOf, wordsOf } from './words.ts';

export type Titled = { readonly id: string; readonly text: string };

/** No record can have this id: ids are not empty. */
const QUERY = '';

/** The share of its own score at which two titles count as half alike: titles are short, and few share more than that. */
const HALF_ALIKE = 0.05;

/** Cutting a title into words costs more than comparing it, and the same titles come again with every decision. */
const cut = new Map<string, readonly string[]>();
const MOST_CUT = 20_000;

/** The terms of a text: each word, and what it means where it means something. */
function termsOf(text: string): readonly string[] {
  const known = cut.get(text);
  if (known !== undefined) return known;
  // A word and its meaning: the same word matches twice, another word for the same thing once.
  const terms = wordsOf(text).flatMap((word) => {
    const meaning = meaningOf(word);
    return meaning === undefined ? [word] : [word, meaning];
  });
  if (cut.size >= MOST_CUT) cut.clear();
  cut.set(text, terms);
  return terms;
}

/**
 * How much of what a text says each of the others says too, in [0, 1): BM25+ over words and what they mean, as a share s
 * of the score the text reaches against itself, then s / (s + .05). The same for any order of the others. Nothing for a
 * text without words.
 */
export function textSimilarities(text: string, others: readonly Titled[]): ReadonlyMap<string, number> {
  const index = new MiniSearch<Titled>({
    fields: ['text'],
    tokenize: (each) => [...termsOf(each)],
    processTerm: (term) => term,
  });
  // Sums of floating point depend on their order.
  index.addAll([{ id: QUERY, text }, ...others].toSorted((left, right) => (left.id < right.id ? -1 : 1)));
  const scores = new Map(index.search(text).map(({ id, score }) => [String(id), score]));
  const itself = scores.get(QUERY) ?? 0;
  if (itself === 0) return new Map();
  return new Map(others.map(({ id }) => [id, alike((scores.get(id) ?? 0) / itself)]));
}

function alike(share: number): number {
  return share / (share + HALF_ALIKE);
}
