/** Counts and measures what happened; metric names and dimensions stand in the capability's contract. Never throws. */
export type Meter = {
  readonly count: (metric: string, dimensions?: Readonly<Record<string, string>>) => void;
  /** Seconds. */
  readonly measure: (metric: string, seconds: number, dimensions?: Readonly<Record<string, string>>) => void;
};
