import { at, listAt, numberAt, textAt } from '../aws/shapes.ts';

/** One metric of one set of dimensions since the cloud was started. */
export type MetricTotal = {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly count: number;
  readonly sum: number;
};

export type Metrics = {
  /** Takes one document in CloudWatch's embedded metric format; anything else is left alone. */
  readonly record: (document: unknown) => void;
  readonly totals: () => readonly MetricTotal[];
};

/** Adds metrics up in memory: they are no evidence, so a restart may lose them. */
export function createMetrics(): Metrics {
  const totals = new Map<string, MetricTotal>();
  return {
    totals: () => [...totals.values()],
    record: (document) => {
      for (const { values, ...metric } of samples(document)) {
        const id = JSON.stringify(metric);
        const { count = 0, sum = 0 } = totals.get(id) ?? {};
        const added = values.reduce((total, value) => total + value, sum);
        totals.set(id, { ...metric, count: count + values.length, sum: added });
      }
    },
  };
}

function samples(document: unknown) {
  return listAt(document, '_aws', 'CloudWatchMetrics').flatMap((directive) =>
    listAt(directive, 'Dimensions').flatMap((names) =>
      listAt(directive, 'Metrics').map((metric) => {
        const name = textAt(metric, 'Name') ?? '';
        const set = [names].flat().map((one) => [String(one), String(at(document, String(one)))]);
        return {
          namespace: textAt(directive, 'Namespace') ?? '',
          name,
          dimensions: Object.fromEntries(set) as Readonly<Record<string, string>>,
          values: [at(document, name)].flat().flatMap((value) => numberAt({ value }, 'value') ?? []),
        };
      }),
    ),
  );
}
