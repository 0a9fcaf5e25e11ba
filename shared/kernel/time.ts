/** The only source of "now" in the domain. Milliseconds since 1970-01-01T00:00Z. */
export type Clock = () => number;

/** UTC with milliseconds and Z, the one form in which times are stored and hashed. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** Milliseconds of a stored time. Throws nothing: an unreadable text gives NaN, which every comparison refuses. */
export function millis(iso: string): number {
  return Date.parse(iso);
}
