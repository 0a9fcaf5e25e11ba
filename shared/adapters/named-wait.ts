/** No system asks for more in earnest: GitHub's limits, the longest ones, are of an hour. */
const LONGEST_SECONDS = 3600;

/** Seconds that an answer asks us to wait, at most an hour; undefined for what is no number from 0 on. */
export function namedWait(said: unknown): number | undefined {
  const text = typeof said === 'string' ? said.trim() : said;
  const seconds = text === '' || text === null || text === undefined ? Number.NaN : Number(text);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, LONGEST_SECONDS) : undefined;
}
