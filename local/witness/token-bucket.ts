/** Lets through so many requests a second, and `burst` at once. Answers whether this one may go on. */
export function tokenBucket(perSecond: number, burst: number, now: () => number): () => boolean {
  let [tokens, at] = [burst, now()];
  return () => {
    const later = now();
    tokens = Math.min(burst, tokens + ((later - at) / 1000) * perSecond);
    at = later;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
