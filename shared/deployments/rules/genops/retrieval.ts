/** A past deployment as genops-v1 remembers one. */
export type GenopsRecord = {
  readonly id: string;
  readonly service_id: string;
  readonly change_size_lines: number;
  readonly has_db_migration: boolean;
  readonly has_config_change: boolean;
  readonly age_days: number;
  readonly succeeded: boolean;
};
export type GenopsQuery = Omit<GenopsRecord, 'id' | 'age_days' | 'succeeded'>;

const KEPT_FROM = 0.75;
const MOST = 10;

/** Similarity of genops-v1, at most 1: service .4, lines .2 or .1, migration .15, config .15, younger than 30 days .1. */
function genopsSimilarity(query: GenopsQuery, record: GenopsRecord): number {
  const difference = Math.abs(query.change_size_lines - record.change_size_lines);
  const size = difference < 500 ? 0.1 : 0;
  const parts = [
    query.service_id === record.service_id ? 0.4 : 0,
    difference < 100 ? 0.2 : size,
    query.has_db_migration === record.has_db_migration ? 0.15 : 0,
    query.has_config_change === record.has_config_change ? 0.15 : 0,
    record.age_days < 30 ? 0.1 : 0,
  ];
  // In 12 digits: a sum of .75 must not fall below .75 by its last bit.
  return Number(parts.reduce((sum, part) => sum + part, 0).toPrecision(12));
}

type Retrieved = {
  readonly ids: readonly string[];
  readonly successes: number;
  readonly failures: number;
  readonly confidence: number;
};

/** Retrieval of genops-v1: similarity from .75, the ten nearest; confidence .3 without any, else min(mean + .2, .98). */
export function genopsRetrieve(query: GenopsQuery, corpus: readonly GenopsRecord[]): Retrieved {
  const kept = corpus
    .map((record) => ({ record, similarity: genopsSimilarity(query, record) }))
    .filter(({ similarity }) => similarity >= KEPT_FROM)
    .toSorted((left, right) => right.similarity - left.similarity)
    .slice(0, MOST);
  const successes = kept.filter(({ record }) => record.succeeded).length;
  const mean = kept.reduce((sum, { similarity }) => sum + similarity, 0) / kept.length;
  return {
    ids: kept.map(({ record }) => record.id),
    successes,
    failures: kept.length - successes,
    confidence: kept.length === 0 ? 0.3 : Math.min(mean + 0.2, 0.98),
  };
}
