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
  readonly terms: readonly Term[];
  readonly counts: ReadonlyMap<string, number>;
};
type Term = { readonly text: string; readonly isNew: boolean };

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
  const made = {
    terms: terms.map((term, index) => ({ text: term, isNew: terms.indexOf(term) === index })),
    counts,
  };
  if (cuts.size >= MOST_CUT) cuts.clear();
  cuts.set(text, made);
  return made;
}

type Document = Titled & {
  readonly cut: Cut;
  norm: number;
  score: number;
  matched: number;
  /** How often it has the term at hand. */
  count: number;
};

/**
 * How much of what a text says each of the others says too, in [0, 1): BM25+ over words and what they mean, as a share s
 * of the score the text reaches against itself, then s / (s + .05). The same for any order of the others. Nothing for a
 * text without words. An index would be made anew for every decision; counting the terms is quicker.
 */
export function textSimilarities(text: string, others: readonly Titled[]): ReadonlyMap<string, number> {
  const similarities = new Map<string, number>();
  const { terms } = cutOf(text);
  if (terms.length === 0) return similarities;
  const documents = documentsOf({ id: QUERY, text }, others);
  for (const term of terms) addScores(documents, term);
  const [query] = documents;
  const itself = query.score * query.matched;
  for (const each of documents)
    if (each !== query) similarities.set(each.id, alike((each.score * each.matched) / itself));
  return similarities;
}

/** The query and then the others as they were given, with what depends on their length. */
function documentsOf(query: Titled, others: readonly Titled[]): readonly [Document, ...Document[]] {
  const documents: [Document, ...Document[]] = [documentOf(query)];
  for (const each of others) documents.push(documentOf(each));
  // sums of floating point depend on their order
  const sorted = documents.toSorted((left, right) => (left.id < right.id ? -1 : 1));
  let average = 0;
  for (const [index, { cut }] of sorted.entries())
    average = (average * index + cut.counts.size) / (index + 1);
  const { k, b } = BM25;
  for (const each of documents) each.norm = k * (1 - b + (b * each.cut.counts.size) / average);
  return documents;
}

function documentOf({ id, text }: Titled): Document {
  return { id, text, cut: cutOf(text), norm: 0, score: 0, matched: 0, count: 0 };
}

/** Adds what one term of the query says of each document, in place. */
function addScores(documents: readonly Document[], { text, isNew }: Term): void {
  let matching = 0;
  for (const document of documents) {
    document.count = document.cut.counts.get(text) ?? 0;
    if (document.count > 0) matching += 1;
  }
  const rarity = Math.log(1 + (documents.length - matching + 0.5) / (matching + 0.5));
  for (const document of documents) {
    const { count, norm } = document;
    if (count === 0) continue;
    document.score += rarity * (BM25.d + (count * (BM25.k + 1)) / (count + norm));
    if (isNew) document.matched += 1;
  }
}

function alike(share: number): number {
  return share / (share + HALF_ALIKE);
}
