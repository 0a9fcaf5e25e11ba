import { at, listAt, textAt } from '../aws/shapes.ts';

/** One metric of one set of dimensions since the cloud was started. */
export type MetricTotal = {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly count: number;
  readonly sum: number;
};

/** Adds metrics up in memory: they are no evidence, so a restart may lose them. */
export function createMetrics() {
  const totals = new Map<string, MetricTotal>();
  const add = (document: unknown, namespace: string, name: string, names: readonly unknown[]): void => {
    const pairs = names.map((one) => [String(one), String(at(document, String(one)))]);
    const metric = { namespace, name, dimensions: Object.fromEntries(pairs) };
    const { count = 0, sum = 0 } = totals.get(JSON.stringify(metric)) ?? {};
    const values = [at(document, name)].flat().map(Number);
    const total = values.reduce((added, value) => added + value, sum);
    totals.set(JSON.stringify(metric), { ...metric, count: count + values.length, sum: total });
  };
  return {
    totals: (): readonly MetricTotal[] => [...totals.values()],
    /** Takes one document in CloudWatch's embedded metric format; anything else is left alone. */
    record: (document: unknown): void => {
      for (const directive of listAt(document, '_aws', 'CloudWatchMetrics')) {
        const namespace = textAt(directive, 'Namespace') ?? '';
        for (const metric of listAt(directive, 'Metrics')) {
          const name = textAt(metric, 'Name') ?? '';
          for (const set of listAt(directive, 'Dimensions')) add(document, namespace, name, [set].flat());
        }
      }
    },
  };
}
