import { kindsOf, type PathKind } from './path-rules.ts';

/** A changed file as it was read. `destroys` of a migration: what it takes away; null where that could not be read. */
export type SeenFile = {
  readonly path: string;
  readonly previousPath?: string;
  readonly status: string;
  readonly additions: number;
  readonly deletions: number;
  readonly destroys?: readonly string[] | null;
};

const NAMED_PATHS = 5;

/** Whether the file is of this kind where it is, or was where it came from. */
export function isOf({ path, previousPath }: SeenFile, kind: PathKind): boolean {
  return kindsOf(path).includes(kind) || (previousPath !== undefined && kindsOf(previousPath).includes(kind));
}

/** A migration that could not be read may do anything. */
export function mayDestroy({ destroys }: SeenFile): boolean {
  return destroys === null || (destroys !== undefined && destroys.length > 0);
}

/** What the files say about a change, each kind with at most five of their paths. */
export function reasonsOfFiles(
  files: readonly SeenFile[],
): readonly { readonly code: string; readonly text: string }[] {
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
