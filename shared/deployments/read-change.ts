import { Fault, isFault } from '../kernel/index.ts';
import type { ComparedFile, Comparison, Forge } from '../ports/index.ts';
import { fitFiles, fitTitles } from './fit-record.ts';
import { destroyedBy } from './rules/destructive-changes.ts';
import type { CallerFacts, GatherFactsInputs, UnseenReason } from './rules/gather-facts.ts';
import { hotfixAmong } from './rules/hotfix-title.ts';
import { kindsOf } from './rules/path-rules.ts';
import type { SeenFile } from './rules/seen-files.ts';

export type ChangeDeps = { readonly forge: Pick<Forge, 'readCommit' | 'compare' | 'ci'> };
export type ChangeAsked = {
  /** The service's own, from the registry. */
  readonly repository: string;
  /** Full sha. */
  readonly revision: string;
  /** The full sha of what runs now; undefined when nothing runs, or nobody can say what. */
  readonly base: string | undefined;
  readonly caller: CallerFacts;
};

const FULL_SHA = /^[0-9a-f]{40}$/;
const MOST_TITLES = 100;
const LONGEST_TITLE = 200;

type Seen = Pick<
  GatherFactsInputs,
  'files' | 'titles' | 'authors' | 'anonymous' | 'takenBack' | 'unseen' | 'hotfix'
>;

/**
 * Reads from the forge what the rule `gather-facts` judges. Going from what runs now to the revision may take commits
 * back too; what those changed is read as well. The words of files are looked at and not kept.
 * Throws Fault: InvalidInput (the revision is not in the repository), PermissionDenied, RateLimited, Unavailable.
 */
export async function readChange(deps: ChangeDeps, asked: ChangeAsked): Promise<GatherFactsInputs> {
  const { repository, revision, caller } = asked;
  const base = asked.base !== undefined && FULL_SHA.test(asked.base) ? asked.base : null;
  const commit = await revisionOf(deps, repository, revision);
  const [checks, seen] = await Promise.all([
    deps.forge.ci(repository, revision),
    seenBetween(deps, repository, base, revision),
  ]);
  const author = commit.authorLogin ?? null;
  const alone = {
    titles: [titleOf(commit)],
    ...hotfixIn([commit]),
    authors: author === null ? [] : [author],
    anonymous: author === null ? 1 : 0,
  };
  return {
    ...{ repository, revision, base, author, checks: checks.state, caller },
    // without a base the revision is the one commit that is known of
    ...(typeof seen === 'string' ? { ...alone, files: [], takenBack: 0, unseen: seen } : seen),
  };
}

async function revisionOf({ forge }: ChangeDeps, repository: string, revision: string) {
  const message = `must be a commit of ${repository}, by its full sha`;
  const refused = (cause?: unknown) =>
    new Fault('InvalidInput', `revision ${message}`, { issues: [{ path: 'revision', message }], cause });
  if (!FULL_SHA.test(revision)) throw refused();
  try {
    return await forge.readCommit(repository, revision);
  } catch (thrown) {
    throw isFault(thrown, 'NotFound') ? refused(thrown) : thrown;
  }
}

async function seenBetween(
  { forge }: ChangeDeps,
  repository: string,
  base: string | null,
  revision: string,
): Promise<Seen | UnseenReason> {
  if (base === null) return 'NO_BASE';
  try {
    const forward = await forge.compare(repository, base, revision);
    const back = forward.behindBy > 0 ? await forge.compare(repository, revision, base) : undefined;
    return seenIn(forward, back);
  } catch (thrown) {
    // The revision is there: what is not is the base, or any way from it, as after a history was rewritten.
    if (isFault(thrown, 'NotFound')) return 'BASE_GONE';
    throw thrown;
  }
}

function seenIn(forward: Comparison, back: Comparison | undefined): Seen {
  const logins = forward.commits.map(({ authorLogin }) => authorLogin);
  const { files, whole } = fitFiles(merged([...forward.files, ...(back?.files ?? [])].map(seenFile)));
  return {
    files,
    titles: fitTitles(forward.commits.toReversed().slice(0, MOST_TITLES).map(titleOf)),
    authors: [...new Set(logins.filter((login) => login !== undefined))].sort(),
    ...hotfixIn(forward.commits),
    anonymous: logins.filter((login) => login === undefined).length,
    takenBack: forward.behindBy,
    unseen: forward.truncated || back?.truncated === true || !whole ? 'TRUNCATED' : null,
  };
}

function seenFile({ patch, ...file }: ComparedFile): SeenFile {
  const paths = [file.path, ...(file.previousPath === undefined ? [] : [file.previousPath])];
  const isMigration = paths.some((path) => kindsOf(path).includes('migration'));
  if (!isMigration) return file;
  return { ...file, destroys: destroyedBy({ ...file, ...(patch !== undefined && { patch }) }) };
}

/** A file that both ways change is one file, with the lines of both. */
function merged(files: readonly SeenFile[]): readonly SeenFile[] {
  const byPath = new Map<string, SeenFile>();
  for (const file of files) {
    const before = byPath.get(file.path);
    byPath.set(file.path, before === undefined ? file : joined(before, file));
  }
  return [...byPath.values()];
}

function joined(one: SeenFile, other: SeenFile): SeenFile {
  const both = [one.destroys, other.destroys].filter((destroys) => destroys !== undefined);
  const known = both.filter((destroys) => destroys !== null);
  const destroys = known.length < both.length ? null : [...new Set(known.flat())];
  return {
    ...one,
    additions: one.additions + other.additions,
    deletions: one.deletions + other.deletions,
    ...(both.length > 0 && { destroys }),
  };
}

/** Read from all of them: of very many titles the oldest are not kept. */
function hotfixIn(commits: readonly { readonly message: string }[]): Pick<Seen, 'hotfix'> {
  const hotfix = hotfixAmong(commits.map(titleOf));
  return hotfix === undefined ? {} : { hotfix };
}

function titleOf({ message }: { readonly message: string }): string {
  return (message.split('\n', 1)[0] ?? '').slice(0, LONGEST_TITLE);
}
