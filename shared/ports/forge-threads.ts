/** A comment as it stands at the forge now. */
export type ForgeComment = {
  readonly id: number;
  readonly login: string;
  /** A bot or an app wrote it. */
  readonly byBot: boolean;
  readonly body: string;
  readonly createdAt: string;
  /** Changed since it was written. */
  readonly edited: boolean;
  /** The issue or pull request it belongs to. */
  readonly number: number;
};

/** A comment of ours, by the marker that its text begins with; nobody has changed it. */
export type OwnComment = { readonly marker: string; readonly createdAt: string };

/** An issue as it stands at the forge now. */
export type ForgeIssue = {
  readonly number: number;
  /** Opened by whoever we are at the forge now. */
  readonly ours: boolean;
  /** Its text was changed since it was opened. */
  readonly edited: boolean;
  /** The marker that its text begins with. */
  readonly marker?: string;
};
