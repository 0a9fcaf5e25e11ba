import * as z from 'zod';
import { rule } from '../../kernel/index.ts';
import { ChangeFacts } from './facts.ts';
import type { PathKind } from './path-rules.ts';
import { isOf, mayDestroy, reasonsOfFiles, type SeenFile } from './seen-files.ts';

/** A login of the forge or a person of who is who. By an e-mail address nobody is known there, and none is kept. */
const Author = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^@]*$/, 'must be a login or a person of who is who, not an e-mail address');

/** What a caller may add to what the forge says; an empty or negative fact is refused by its name. */
export const CallerFacts = z.strictObject({
  lines: ChangeFacts.shape.lines.exactOptional(),
  files: ChangeFacts.shape.files.exactOptional(),
  migration: z.boolean().exactOptional(),
  irreversible: z.boolean().exactOptional(),
  config: z.boolean().exactOptional(),
  infrastructure: z.boolean().exactOptional(),
  hotfix: z.boolean().exactOptional(),
  dataClasses: ChangeFacts.shape.dataClasses.exactOptional(),
  /** One more who may not approve it, beside those whom the forge names. */
  author: Author.exactOptional(),
});
export type CallerFacts = z.infer<typeof CallerFacts>;

/** Why the forge does not show the whole change. */
export const UNSEEN_REASONS = ['NO_BASE', 'BASE_GONE', 'TRUNCATED'] as const;
export type UnseenReason = (typeof UNSEEN_REASONS)[number];

export type GatherFactsInputs = {
  readonly repository: string;
  readonly revision: string;
  /** What runs now; null when nothing does, or nothing that the repository has. */
  readonly base: string | null;
  readonly files: readonly SeenFile[];
  /** Titles of the commits, newest first. */
  readonly titles: readonly string[];
  /** Logins of everyone who wrote one of the commits, in alphabetical order. */
  readonly authors: readonly string[];
  /** Commits that no account of the forge is known for. */
  readonly anonymous: number;
  /** Who wrote the revision itself; null when no account is known. */
  readonly author: string | null;
  /** Commits that run now and that the revision lacks: it takes them back. */
  readonly takenBack: number;
  readonly checks: ChangeFacts['checks'];
  readonly unseen: UnseenReason | null;
  readonly caller: CallerFacts;
  /** What the registry says that every change of the service touches; absent: it says nothing. */
  readonly dataClasses?: readonly string[];
  /** The title by which the change is a hotfix; absent: none says so. */
  readonly hotfix?: string;
};

export type GatherFactsOutcome = {
  readonly facts: ChangeFacts;
  /** The forge's, and whom the caller names. */
  readonly authors: readonly string[];
  readonly anonymous: number;
  /** Names of the facts in which the caller said more than the forge. */
  readonly addedByCaller: readonly string[];
  readonly reasons: readonly { readonly code: string; readonly text: string }[];
};

/** As large as a change is taken for that nobody could see whole: above every step of every profile. */
const UNSEEN = { lines: 10_000, files: 300 } as const;
const MOST_TEXT = 20_000;

const UNSEEN_TEXT: Readonly<Record<UnseenReason, string>> = {
  NO_BASE: 'nothing is known to run now, so that everything counts as changed',
  BASE_GONE: 'what runs now is not in the repository, so that everything counts as changed',
  TRUNCATED: 'the forge does not name every file and commit of so large a change',
};

/**
 * The facts about a change: the forge's, with what the caller adds. Numbers are the larger of the two, flags are either's,
 * data classes are the registry's and the caller's. Of a change that was not seen whole every flag of its files is taken to be true.
 */
export const gatherFacts = rule('gather-facts', 1, (inputs: GatherFactsInputs): GatherFactsOutcome => {
  const { files, caller, unseen } = inputs;
  const seen = seenFacts(inputs);
  const either = (flag: keyof typeof seen.flags): boolean => seen.flags[flag] || caller[flag] === true;
  const facts: ChangeFacts = {
    lines: Math.max(seen.lines, caller.lines ?? 0),
    files: Math.max(seen.files, caller.files ?? 0),
    migration: either('migration'),
    irreversible: either('irreversible'),
    config: either('config'),
    infrastructure: either('infrastructure'),
    hotfix: inputs.hotfix !== undefined || caller.hotfix === true,
    dataClasses: [...new Set([...(inputs.dataClasses ?? []), ...(caller.dataClasses ?? [])])].sort(),
    ...(inputs.author !== null && { author: inputs.author }),
    checks: inputs.checks,
    text: inputs.titles.join('\n').slice(0, MOST_TEXT),
  };
  return {
    facts,
    authors: caller.author === undefined ? inputs.authors : withAuthor(inputs.authors, caller.author),
    anonymous: inputs.anonymous,
    addedByCaller: addedBy(facts, seen, inputs),
    reasons: [
      {
        code: 'READ_FROM_FORGE',
        text: `${files.length} files in ${inputs.titles.length} commits of ${inputs.repository}`,
      },
      ...(unseen === null ? [] : [{ code: unseen, text: UNSEEN_TEXT[unseen] }]),
      ...(inputs.takenBack === 0
        ? []
        : [{ code: 'TAKES_BACK', text: `${inputs.takenBack} commits that run now are taken back` }]),
      ...reasonsOfFiles(files),
      ...(inputs.hotfix === undefined ? [] : [{ code: 'HOTFIX', text: inputs.hotfix }]),
      ...(inputs.dataClasses === undefined || inputs.dataClasses.length === 0
        ? []
        : [
            {
              code: 'DATA_CLASSES',
              text: `the registry says of the service: ${inputs.dataClasses.join(', ')}`,
            },
          ]),
    ],
  };
});

function seenFacts({ files, unseen }: GatherFactsInputs) {
  const isUnseen = unseen !== null;
  const are = (kind: PathKind): boolean => isUnseen || files.some((file) => isOf(file, kind));
  const lines = files.reduce((sum, { additions, deletions }) => sum + additions + deletions, 0);
  return {
    lines: Math.max(lines, isUnseen ? UNSEEN.lines : 0),
    files: Math.max(files.length, isUnseen ? UNSEEN.files : 0),
    flags: {
      migration: are('migration'),
      irreversible: isUnseen || files.some(mayDestroy),
      config: are('config'),
      infrastructure: are('infrastructure'),
    },
  };
}

/** In alphabetical order; logins do not tell case apart. */
function withAuthor(authors: readonly string[], author: string): readonly string[] {
  const known = authors.some((each) => each.toLowerCase() === author.toLowerCase());
  return known ? authors : [...authors, author].sort();
}

function addedBy(
  facts: ChangeFacts,
  seen: ReturnType<typeof seenFacts>,
  { caller, dataClasses = [], hotfix, authors }: GatherFactsInputs,
): readonly string[] {
  const added = [
    facts.lines > seen.lines ? 'lines' : undefined,
    facts.files > seen.files ? 'files' : undefined,
    ...Object.entries(seen.flags).map(([name, is]) =>
      !is && caller[name as keyof typeof seen.flags] === true ? name : undefined,
    ),
    hotfix === undefined && facts.hotfix ? 'hotfix' : undefined,
    facts.dataClasses.length > new Set(dataClasses).size ? 'dataClasses' : undefined,
    caller.author !== undefined && withAuthor(authors, caller.author).length > authors.length
      ? 'author'
      : undefined,
  ];
  return added.filter((name) => name !== undefined);
}
