type Verdict = { readonly violation: boolean; readonly rule: string };

const FEWEST = 8;

/** The Western Electric rules that v2 implements (1, 2, 3, 5, 6), on the last values; none fires below eight values. */
export function genopsControlChart(mean: number, std: number, values: readonly number[]): Verdict {
  if (values.length < FEWEST) return { violation: false, rule: '' };
  const beyond = (count: number, sigmas: number) =>
    values.slice(-count).filter((value) => Math.abs(value - mean) > sigmas * std).length;
  const rules: readonly (readonly [string, boolean])[] = [
    ['Rule 1', beyond(1, 3) === 1],
    ['Rule 2', values.length >= 9 && oneSide(values.slice(-9), mean)],
    ['Rule 3', monotone(values.slice(-6))],
    ['Rule 5', beyond(3, 2) >= 2],
    ['Rule 6', beyond(5, 1) >= 4],
  ];
  const rule = rules.find(([, fired]) => fired)?.[0] ?? '';
  return { violation: rule !== '', rule };
}

function oneSide(values: readonly number[], mean: number): boolean {
  return values.every((value) => value > mean) || values.every((value) => value < mean);
}

function monotone(values: readonly number[]): boolean {
  const steps = values.slice(1).map((value, index) => value - (values[index] ?? value));
  return steps.every((step) => step > 0) || steps.every((step) => step < 0);
}
