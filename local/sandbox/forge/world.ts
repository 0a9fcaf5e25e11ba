import type { RecordFile, Role } from './records.ts';

export type Log = (event: string, fields: Readonly<Record<string, unknown>>) => void;

/** One repository: its bare git folder, and what the forge knows besides. */
export type Repository = {
  readonly name: string;
  readonly git: string;
  readonly record: RecordFile;
};

/** What the operations of the forge share. */
export type World = {
  /** Base URL of the forge, known once it listens. */
  readonly url: () => string;
  readonly now: () => number;
  readonly log: Log;
  readonly repositories: ReadonlyMap<string, Repository>;
  /** Tells the webhook's receiver; never waits for it. */
  readonly emit: (event: string, payload: Readonly<Record<string, unknown>>) => void;
  /** What a login may do; undefined: nobody here knows them. */
  readonly roleOf: (repository: Repository, login: string) => Role | undefined;
  /** Lets the merge queue go on; never waits for it. */
  readonly advance: (repository: Repository) => void;
  /** Lets the repository's own checks run on a commit; never waits for them. */
  readonly check: (repository: Repository, branch: string, sha: string) => void;
};

/** The time in GitHub's form: whole seconds and Z. */
export function githubTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
