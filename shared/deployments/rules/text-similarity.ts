import { meaningOf, wordsOf } from './words.ts';

export type Titled = { readonly id: string; readonly text: string };

/** No record can have this id: ids are not empty. */
const QUERY = '';

/** The share of its own score at which two titles count as half alike: titles are short, and few share more than that. */
const HALF_ALIKE = 0.05;

/** BM25+ as MiniSearch has it, whose scores these are to the last bit (a test holds one against the other). */
const BM25 = { k: 1.2, b: 0.7, d: 0.5 } as const;

type Cut = {
  /** Each word, and what it means where it means something: the same word matches twice, another word for the same once. */
  readonly terms: readonly string[];
  readonly counts: ReadonlyMap<string, number>;
};

/** Cutting a title into words costs more than comparing it, and the same titles come again with every decision. */
const cuts = new Map<string, Cut>();
const MOST_CUT = 20_000;

function cutOf(text: string): Cut {
  const known = cuts.get(text);
  if (known !== undefined) return known;
  const terms = wordsOf(text).flatMap((word) => {
    const meaning = meaningOf(word);
    return meaning === undefined ? [word] : [word, meaning];
  });
  const counts = new Map<string, number>();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  const made = { terms, counts };
  if (cuts.size >= MOST_CUT) cuts.clear();
  cuts.set(text, made);
  return made;
}

type Document = Titled & { readonly cut: Cut; readonly norm: number; score: number; matched: number };

/**
 * How much of what a text says each of the others says too, in [0, 1): BM25+ over words and what they mean, as a share s
 * of the score the text reaches against itself, then s / (s + .05). The same for any order of the others. Nothing for a
 * text without words. An index would be made anew for every decision; counting the terms is quicker.
 */
export function textSimilarities(text: string, others: readonly Titled[]): ReadonlyMap<string, number> {
  const { terms } = cutOf(text);
  if (terms.length === 0) return new Map();
  const documents = documentsOf([{ id: QUERY, text }, ...others]);
  terms.forEach((term, index) => {
    addScores(documents, term, terms.indexOf(term) === index);
  });
  const [query, ...rest] = documents;
  const itself = query === undefined ? 0 : query.score * query.matched;
  return new Map(rest.map(({ id, score, matched }) => [id, alike((score * matched) / itself)]));
}

/** In the order they were given, with what depends on their length. */
function documentsOf(titles: readonly Titled[]): readonly Document[] {
  const cut = titles.map(({ id, text }) => ({ id, text, cut: cutOf(text) }));
  // sums of floating point depend on their order
  const sorted = cut.toSorted((left, right) => (left.id < right.id ? -1 : 1));
  let average = 0;
  sorted.forEach((each, index) => {
    average = (average * index + each.cut.counts.size) / (index + 1);
  });
  const { k, b } = BM25;
  const normOf = (length: number) => k * (1 - b + (b * length) / average);
  return cut.map((each) => ({ ...each, norm: normOf(each.cut.counts.size), score: 0, matched: 0 }));
}

/** Adds what one term of the query says of each document, in place. */
function addScores(documents: readonly Document[], term: string, isNew: boolean): void {
  let matching = 0;
  for (const { cut } of documents) if (cut.counts.has(term)) matching += 1;
  const rarity = Math.log(1 + (documents.length - matching + 0.5) / (matching + 0.5));
  for (const document of documents) {
    const count = document.cut.counts.get(term);
    if (count === undefined) continue;
    document.score += rarity * (BM25.d + (count * (BM25.k + 1)) / (count + document.norm));
    if (isNew) document.matched += 1;
  }
}

function alike(share: number): number {
  return share / (share + HALF_ALIKE);
}
