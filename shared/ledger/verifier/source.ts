/** One version of a file: its bytes, or that it was deleted (a marker of S3, which hides the versions before it). */
export type Version = { readonly bytes: Uint8Array } | { readonly deleted: true };

/** Where a ledger is read from: a directory, a URL, a bucket. Nothing of it is believed. */
export type LedgerSource = {
  /** All versions of a file, oldest first; none where it never was. Paths as C2SP tlog-tiles names them. */
  readonly read: (path: string) => Promise<readonly Version[]>;
  /** What is kept under each size for which a checkpoint was published. */
  readonly checkpoints: () => Promise<
    readonly { readonly size: bigint; readonly versions: readonly Version[] }[]
  >;
  /** That only full files are kept there, so that a partial one that is not there is no finding. */
  readonly fullOnly?: boolean;
};

export type Verdict = 'sound' | 'altered' | 'truncated' | 'stale' | 'forked' | 'incomplete';

export type Finding = {
  readonly verdict: Exclude<Verdict, 'sound'>;
  readonly reason: string;
  /** The first entry that is bad, or missing; absent where the finding is about no entry. */
  readonly seq?: number;
  /** Where `seq` is the last of a rewritten run: the run begins at or after `from`, and ends before `to`. */
  readonly suspects?: { readonly from: number; readonly to: number };
};

/** Exit codes of `holdfast ledger verify` (api.md); where several verdicts hold, the first of this order is told. */
export const VERDICT_EXITS = {
  forked: 7,
  altered: 1,
  truncated: 5,
  stale: 6,
  incomplete: 8,
  sound: 0,
} as const satisfies Readonly<Record<Verdict, number>>;
