/** Sums of one place, by series. They only grow; a series that never grew is absent. */
export type Tally = {
  readonly service: string;
  readonly environment: string;
  readonly amounts: Readonly<Record<string, number>>;
};

export type Tallies = {
  /**
   * Adds the amounts to those of the place and remembers the mark, both in one write. false where the mark is known
   * (for a month): then nothing is added. `now` in milliseconds.
   */
  readonly addOnce: (mark: string, tally: Tally, now: number) => Promise<boolean>;
  /** Those of every place that anything was added to within a year. */
  readonly tallies: () => Promise<readonly Tally[]>;
};
