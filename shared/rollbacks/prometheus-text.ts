export type Labels = Readonly<Record<string, string>>;

/** One series of a counter or gauge. */
export type Sample = { readonly labels: Labels; readonly value: number };

/** One histogram: how many were at most each upper bound and above the one before (not cumulative), and their sum. */
export type Histogram = {
  readonly labels: Labels;
  /** In the order of the family's bounds, then one more for what is above all of them. */
  readonly counts: readonly number[];
  readonly sum: number;
};

export type Family = { readonly name: string; readonly help: string } & (
  | { readonly type: 'counter' | 'gauge'; readonly samples: readonly Sample[] }
  | {
      readonly type: 'histogram';
      readonly bounds: readonly number[];
      readonly histograms: readonly Histogram[];
    }
);

/**
 * Families in Prometheus' text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/), each with HELP
 * and TYPE, an empty one too. `remarks` are comment lines at the end, which Prometheus passes over.
 */
export function prometheusText(families: readonly Family[], remarks: readonly string[] = []): string {
  const lines = families.flatMap((family) => [
    `# HELP ${family.name} ${escapeHelp(family.help)}`,
    `# TYPE ${family.name} ${family.type}`,
    ...linesOf(family),
  ]);
  const ends = remarks.map((remark) => `# ${remark.replaceAll('\n', ' ')}`);
  return [...lines, ...ends].map((line) => `${line}\n`).join('');
}

function linesOf(family: Family): readonly string[] {
  if (family.type !== 'histogram')
    return family.samples.map(({ labels, value }) => line(family.name, labels, value));
  return family.histograms.flatMap((histogram) => histogramLines(family.name, family.bounds, histogram));
}

function histogramLines(name: string, bounds: readonly number[], histogram: Histogram): readonly string[] {
  const { labels, counts, sum } = histogram;
  let seen = 0;
  const buckets = [...bounds, Number.POSITIVE_INFINITY].map((bound, at) => {
    seen += counts[at] ?? 0;
    return line(`${name}_bucket`, { ...labels, le: numberText(bound) }, seen);
  });
  return [...buckets, line(`${name}_sum`, labels, sum), line(`${name}_count`, labels, seen)];
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  const set = pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
  return `${name}${set} ${numberText(value)}`;
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
