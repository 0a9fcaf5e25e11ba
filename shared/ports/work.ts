import type { Evaluations } from './evaluations.ts';
import type { Tallies } from './tallies.ts';

/** Items of the work table: never a subject's state, all with an expiry. */
export type Wait = {
  readonly token: string;
  readonly state: string;
  readonly deadline: string;
  /**
   * Which visit of the state asks, and which try of its task: what begins later is greater as text. Each try has a token of
   * its own, and only the newest is waited on.
   */
  readonly visit?: string;
};

export type StoredReading = {
  readonly service: string;
  readonly environment: string;
  /** Start of the interval this reading stands for (ISO): at most one reading an interval. */
  readonly slot: string;
  readonly health: string;
  readonly sync: string;
  readonly revision?: string;
  readonly desired?: number;
  readonly available?: number;
  readonly observedAt: string;
};

type Shown = Tallies & Evaluations;

export type Work = Shown & {
  /** false when a later try of the task has put its own: a call that came late, or twice, changes nothing then. */
  readonly putWait: (subjectId: string, wait: Wait) => Promise<boolean>;
  readonly wait: (subjectId: string, state: string) => Promise<Wait | undefined>;
  readonly deleteWait: (subjectId: string, state: string) => Promise<void>;
  /** false when the interval already has its reading. */
  readonly putReading: (reading: StoredReading) => Promise<boolean>;
  /** Oldest first, observed at or after `since`. */
  readonly readings: (
    service: string,
    environment: string,
    since: string,
  ) => Promise<readonly StoredReading[]>;
  /** Whether this message was sent before (for a week): `markTold` says so after it was. */
  readonly isTold: (message: string) => Promise<boolean>;
  /**
   * Writes down that this message is about to be sent, if nobody has. 'told': it was sent. Otherwise since when an earlier
   * try has been about to (ISO time), of which nobody knows the end; undefined for none.
   */
  readonly beginTelling: (
    message: string,
    now: number,
  ) => Promise<'told' | { readonly since: string } | undefined>;
  readonly markTold: (message: string, now: number) => Promise<void>;
  readonly lastReading: (service: string, environment: string) => Promise<StoredReading | undefined>;
};
