import * as z from 'zod';
import { rule } from '../../kernel/index.ts';
import { ChangeFacts } from './facts.ts';
import { kindsOf, type PathKind } from './path-rules.ts';

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
});
export type CallerFacts = z.infer<typeof CallerFacts>;

/** A changed file as it was read. `destroys` of a migration: what it takes away; null where that could not be read. */
export type SeenFile = {
  readonly path: string;
  readonly previousPath?: string;
  readonly status: string;
  readonly additions: number;
  readonly deletions: number;
  readonly destroys?: readonly string[] | null;
};

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
};

export type GatherFactsOutcome = {
  readonly facts: ChangeFacts;
  readonly authors: readonly string[];
  readonly anonymous: number;
  /** Names of the facts in which the caller said more than the forge. */
  readonly addedByCaller: readonly string[];
  readonly reasons: readonly { readonly code: string; readonly text: string }[];
};

/** As large as a change is taken for that nobody could see whole: above every step of every profile. */
const UNSEEN = { lines: 10_000, files: 300 } as const;
const MOST_TEXT = 20_000;
const NAMED_PATHS = 5;

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
    hotfix: caller.hotfix === true,
    dataClasses: [...new Set([...(inputs.dataClasses ?? []), ...(caller.dataClasses ?? [])])].sort(),
    ...(inputs.author !== null && { author: inputs.author }),
    checks: inputs.checks,
    text: inputs.titles.join('\n').slice(0, MOST_TEXT),
  };
  return {
    facts,
    authors: inputs.authors,
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
      ...pathReasons(files),
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

function isOf({ path, previousPath }: SeenFile, kind: PathKind): boolean {
  return kindsOf(path).includes(kind) || (previousPath !== undefined && kindsOf(previousPath).includes(kind));
}

/** A migration that could not be read may do anything. */
function mayDestroy({ destroys }: SeenFile): boolean {
  return destroys === null || (destroys !== undefined && destroys.length > 0);
}

function addedBy(
  facts: ChangeFacts,
  seen: ReturnType<typeof seenFacts>,
  { caller, dataClasses = [] }: GatherFactsInputs,
): readonly string[] {
  const added = [
    facts.lines > seen.lines ? 'lines' : undefined,
    facts.files > seen.files ? 'files' : undefined,
    ...Object.entries(seen.flags).map(([name, is]) =>
      !is && caller[name as keyof typeof seen.flags] === true ? name : undefined,
    ),
    facts.hotfix ? 'hotfix' : undefined,
    facts.dataClasses.length > new Set(dataClasses).size ? 'dataClasses' : undefined,
  ];
  return added.filter((name) => name !== undefined);
}

function pathReasons(files: readonly SeenFile[]): GatherFactsOutcome['reasons'] {
  const named = (code: string, paths: readonly string[]) =>
    paths.length === 0 ? [] : [{ code, text: firstOf(paths) }];
  const migrations = files.filter((file) => isOf(file, 'migration'));
  const unread = migrations.filter(({ destroys }) => destroys === null);
  const destructive = migrations.filter(({ destroys }) => (destroys?.length ?? 0) > 0);
  return [
    ...named(
      'MIGRATION',
      migrations.map(({ path }) => path),
    ),
    ...named(
      'IRREVERSIBLE',
      destructive.map(({ path, destroys }) => `${path} ${destroys?.join(', ')}`),
    ),
    ...named(
      'MIGRATION_UNREAD',
      unread.map(({ path }) => path),
    ),
    ...named(
      'INFRASTRUCTURE',
      files.filter((file) => isOf(file, 'infrastructure')).map(({ path }) => path),
    ),
  ];
}

function firstOf(texts: readonly string[]): string {
  const more = texts.length - NAMED_PATHS;
  return `${texts.slice(0, NAMED_PATHS).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}
