import type { DatabaseSync } from 'node:sqlite';
import { at, isJson, listAt, textAt } from '../aws/shapes.ts';

/** One metric of one set of dimensions since the data folder was made. */
export type MetricTotal = {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly unit: string;
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
};

export type Metrics = {
  /** Takes one document in CloudWatch's embedded metric format; anything else is left alone. */
  readonly record: (document: unknown) => void;
  readonly totals: () => readonly MetricTotal[];
  readonly close: () => void;
};

// Metrics are no evidence: a kill may lose this much of them.
const FLUSH_MS = 1000;

/** Counts metrics in memory and keeps the totals in SQLite. */
export function createMetrics(database: DatabaseSync): Metrics {
  database.exec('CREATE TABLE IF NOT EXISTS metrics (id TEXT PRIMARY KEY, total TEXT NOT NULL)');
  const totals = new Map<string, MetricTotal>();
  const dirty = new Set<string>();
  for (const { id, total } of database.prepare('SELECT * FROM metrics').all()) {
    totals.set(String(id), JSON.parse(String(total)));
  }
  const save = database.prepare('INSERT OR REPLACE INTO metrics VALUES (?, ?)');
  const flush = (): void => {
    for (const id of dirty) save.run(id, JSON.stringify(totals.get(id)));
    dirty.clear();
  };
  const timer = setInterval(flush, FLUSH_MS).unref();
  return {
    record: (document) => {
      for (const one of samples(document)) {
        const { values, ...metric } = one;
        const id = JSON.stringify([metric.namespace, metric.name, metric.dimensions]);
        const before = totals.get(id) ?? { ...metric, count: 0, sum: 0, min: Infinity, max: -Infinity };
        totals.set(id, added(before, values));
        dirty.add(id);
      }
    },
    totals: () => [...totals.values()],
    close: () => {
      clearInterval(timer);
      flush();
    },
  };
}

type Sample = Pick<MetricTotal, 'namespace' | 'name' | 'dimensions' | 'unit'> & {
  readonly values: readonly number[];
};

function added(total: MetricTotal, values: readonly number[]): MetricTotal {
  return {
    ...total,
    count: total.count + values.length,
    sum: values.reduce((sum, value) => sum + value, total.sum),
    min: Math.min(total.min, ...values),
    max: Math.max(total.max, ...values),
  };
}

function samples(document: unknown): readonly Sample[] {
  return listAt(document, '_aws', 'CloudWatchMetrics').flatMap((directive) => {
    const sets = listAt(directive, 'Dimensions');
    return (sets.length > 0 ? sets : [[]]).flatMap((names) => {
      const dimensions = dimensionsOf(document, Array.isArray(names) ? names : []);
      return listAt(directive, 'Metrics').map((metric) => {
        const name = textAt(metric, 'Name') ?? '';
        return {
          namespace: textAt(directive, 'Namespace') ?? '',
          name,
          dimensions,
          unit: textAt(metric, 'Unit') ?? 'None',
          values: numbers(at(document, name)),
        };
      });
    });
  });
}

function dimensionsOf(document: unknown, names: readonly unknown[]): Readonly<Record<string, string>> {
  if (!isJson(document)) return {};
  return Object.fromEntries(names.map((name) => [String(name), String(document[String(name)])]));
}

function numbers(value: unknown): readonly number[] {
  return [value].flat().filter((one) => typeof one === 'number');
}
