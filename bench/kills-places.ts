/** Where rollbacks are cut. */
export type KillPlace = {
  /** What results are kept under. */
  readonly name: string;
  readonly environment: string;
  readonly awaitCheckpoint?: true;
  /** Uncut runs before the sweep, of which one is compared with. */
  readonly uncut: number;
};

/** The third takes the way of the second but for its merge, so its points are those of that part alone. */
export const PLACES: readonly KillPlace[] = [
  { name: 'staging', environment: 'staging', uncut: 2 },
  { name: 'production', environment: 'production', uncut: 2 },
  // how often it waits once more for its checkpoint is not the same each time
  { name: 'production, checkpoint awaited', environment: 'production', awaitCheckpoint: true, uncut: 3 },
];
