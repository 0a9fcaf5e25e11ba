/**
 * A number as it stands in an outcome: a decimal string rounded to 12 significant digits, so that another
 * processor replays the same bytes. Verdicts are taken from the rounded string (`fromDecimal`).
 */
export function decimal(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return String(Number(value.toPrecision(12)));
}

/** The number a decimal string stands for. */
export function fromDecimal(text: string): number {
  return Number(text);
}
