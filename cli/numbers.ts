/** Decimal strings have twelve digits, for replay; people are shown four behind the point. */
export function short(number: string): string {
  return String(Number(Number(number).toFixed(4)));
}

/** Fields that stay text even where they read like a number. */
const WORDS: readonly string[] = ['id', 'service', 'text', 'why'];

/** The decimal strings of an outcome as numbers, for scripts. */
export function inNumbers(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, each: unknown) =>
    typeof each === 'string' && !WORDS.includes(key) && /^-?\d+(?:\.\d+)?(?:e-?\d+)?$/.test(each)
      ? Number(each)
      : each,
  );
}
