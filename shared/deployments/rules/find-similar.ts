import { decimal, millis, rounded, rule } from '../../kernel/index.ts';
import { classesOf } from './change-class.ts';
import type { PastDeployment } from './facts.ts';
import { ageWeight, type Precedent } from './failure-history.ts';
import type { FindSimilarInputs, FindSimilarOutcome, SimilarDeployment } from './risk-assessment.ts';
import { textSimilarities } from './text-similarity.ts';

/** From features B7. */
const KEPT_FROM = 0.75;
const MOST = 10;
/** Of the similarity; text has the rest. A record that shares no word with the change stays below the threshold. */
const STRUCTURE = 0.7;
/** Worth of the service in the structure: .4 for its own records, a fifth less a hop away; nobody further away counts. */
const SERVICE = { own: 0.4, neighbour: 0.32 } as const;
/**
 * Text is compared with so many records at most, the structurally nearest, and by so many of its characters: what a
 * decision rests on is recorded with it, and a record of the store holds 400 KB.
 */
const COMPARED = { records: 150, characters: 300 } as const;
/** The weight of precedents at which half of what could be known is known. */
const HALF_KNOWN = 1;

type Relation = SimilarDeployment['relation'];
type Near = {
  readonly record: PastDeployment;
  readonly relation: Relation;
  readonly structure: number;
  readonly age: number;
};

/**
 * The past deployments that tell about this one. Structure as in genops-v1 (service .4, lines .2 or .1, migration .15,
 * configuration .15, youth .1, which fades with a half-life of 30 days instead of ending on day 30), and what the texts
 * say. Only this service and its neighbours, only the past; the nearest ten from .75.
 */
export const findSimilar = rule('find-similar', 1, (inputs: FindSimilarInputs): FindSimilarOutcome => {
  const found = similarOnes(inputs);
  const similar = found.map((each) => cited(inputs, each));
  const failures = similar.filter(({ outcome }) => outcome !== 'succeeded').length;
  const weight = found.reduce((sum, each) => sum + each.weight, 0);
  return {
    similar,
    successes: similar.length - failures,
    failures,
    confidence: decimal(weight / (weight + HALF_KNOWN)),
  };
});

/** One of those that `findSimilar` tells of, in numbers of 12 digits and without the reasons. */
export type SimilarOne = Precedent & {
  readonly record: PastDeployment;
  readonly similarity: number;
  /** Of the texts. */
  readonly text: number;
};

/** The nearest, at most ten, nearest first. */
export function similarOnes(inputs: FindSimilarInputs): readonly SimilarOne[] {
  const near = nearest(inputs);
  const texts = textSimilarities(
    inputs.query.change.text.slice(0, COMPARED.characters),
    near.map(({ record }) => ({ id: record.id, text: record.change.text })),
  );
  return kept(near, texts)
    .toSorted((left, right) => right.similarity - left.similarity)
    .slice(0, MOST)
    .map(({ each: { record, relation, age }, similarity }) => ({
      record,
      relation,
      similarity,
      text: texts.get(record.id) ?? 0,
      weight: rounded(similarity * age),
      outcome: record.outcome,
      classes: classesOf(record.change),
    }));
}

type Kept = { readonly each: Near; readonly similarity: number };

function kept(near: readonly Near[], texts: ReadonlyMap<string, number>): readonly Kept[] {
  const found: Kept[] = [];
  for (const each of near) {
    const plain = similarityOf(each, texts);
    // what rounding cannot lift to the threshold need not be rounded
    if (plain < KEPT_FROM - 1e-9) continue;
    const similarity = rounded(plain);
    if (similarity >= KEPT_FROM) found.push({ each, similarity });
  }
  return found;
}

/** The records `findSimilar` would look at: give it these, and its recorded inputs stay small. */
export function nearEnough(inputs: FindSimilarInputs): readonly PastDeployment[] {
  return nearest(inputs).map(({ record }) => record);
}

function nearest(inputs: FindSimilarInputs): readonly Near[] {
  const relations = new Map<string, Relation>(
    inputs.neighbours.map(({ service, relation }) => [service, relation]),
  );
  relations.set(inputs.query.service, 'same service');
  const { environment } = inputs.query;
  const now = millis(inputs.now);
  const near: Near[] = [];
  for (const record of inputs.past) {
    const relation = relations.get(record.service);
    if (relation === undefined) continue;
    if (environment !== undefined && record.environment !== environment) continue;
    const age = ageWeight(record.at, now);
    const structure = structureOf(inputs, record, relation, age);
    // Below that it stays under the threshold whatever its text says.
    const reachable = STRUCTURE * structure + (1 - STRUCTURE) >= KEPT_FROM;
    if (age > 0 && reachable) near.push({ record: cut(record), relation, structure, age });
  }
  // A deployment that is given twice is one.
  const distinct = new Map<string, Near>();
  for (const each of near.toSorted(byStructure)) distinct.set(each.record.id, each);
  return [...distinct.values()].slice(0, COMPARED.records);
}

function cut(record: PastDeployment): PastDeployment {
  const { change } = record;
  if (change.text.length <= COMPARED.characters) return record;
  return { ...record, change: { ...change, text: change.text.slice(0, COMPARED.characters) } };
}

/** Nearest first; of two alike the newer, then by id, so that the order of the input does not matter. */
function byStructure(left: Near, right: Near): number {
  if (left.structure !== right.structure) return right.structure - left.structure;
  return left.record.id < right.record.id ? -1 : 1;
}

/** [0, 1]. */
function structureOf(
  { query }: FindSimilarInputs,
  { change }: PastDeployment,
  relation: Relation,
  age: number,
): number {
  const difference = Math.abs(query.change.lines - change.lines);
  const size = difference < 500 ? 0.1 : 0;
  return (
    (relation === 'same service' ? SERVICE.own : SERVICE.neighbour) +
    (difference < 100 ? 0.2 : size) +
    (query.change.migration === change.migration ? 0.15 : 0) +
    (query.change.config === change.config ? 0.15 : 0) +
    0.1 * age
  );
}

function similarityOf({ record, structure }: Near, texts: ReadonlyMap<string, number>): number {
  // A change without a text is compared by what is left.
  if (texts.size === 0) return Math.min(1, structure);
  return STRUCTURE * structure + (1 - STRUCTURE) * (texts.get(record.id) ?? 0);
}

function cited(inputs: FindSimilarInputs, found: SimilarOne): SimilarDeployment {
  const { record, relation, similarity, weight, outcome, classes } = found;
  return {
    id: record.id,
    service: record.service,
    relation,
    similarity: decimal(similarity),
    weight: decimal(weight),
    outcome,
    classes,
    why: reasonsFor(inputs, found),
  };
}

function reasonsFor(
  { query, now }: FindSimilarInputs,
  { record: { service, at, change }, relation, text }: SimilarOne,
): readonly string[] {
  const days = Math.floor((millis(now) - millis(at)) / 86_400_000);
  return [
    relation === 'same service' ? 'same service' : `${relation} ${service}`,
    `${change.lines} lines (${query.change.lines} now)`,
    ...(change.migration && query.change.migration ? ['a migration as well'] : []),
    ...(change.config && query.change.config ? ['configuration as well'] : []),
    ...(text > 0 ? [`text alike to ${Math.round(text * 100)} %`] : []),
    days === 1 ? '1 day ago' : `${days} days ago`,
  ];
}
