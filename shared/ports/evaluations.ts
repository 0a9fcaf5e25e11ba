/** The last look at the invariants of an attempt: for whoever asks why it waits, never what a merge is decided on. */
export type Evaluation = {
  /** When it was judged (ISO). */
  readonly at: string;
  /** Who may do how much, as it was then. */
  readonly mode: string;
  readonly verdict: string;
  readonly results: readonly { readonly id: string; readonly result: string; readonly value: string }[];
};

export type Evaluations = {
  /** Overwrites the one before: one for each attempt. */
  readonly putEvaluation: (subjectId: string, evaluation: Evaluation) => Promise<void>;
  /** undefined before the first look, and a month after the last. */
  readonly evaluation: (subjectId: string) => Promise<Evaluation | undefined>;
};
