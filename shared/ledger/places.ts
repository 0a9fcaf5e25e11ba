/**
 * Where a sweep that cannot end in one run goes on, by the sweep's name. A place that is lost costs a sweep from the
 * start, and nothing else. Throws Fault: Unavailable, PermissionDenied.
 */
export type Places = {
  readonly read: (sweep: string) => Promise<unknown>;
  readonly keep: (sweep: string, place: Readonly<Record<string, unknown>>, now: number) => Promise<void>;
};
