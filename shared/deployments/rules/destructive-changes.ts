/**
 * What a migration takes away for good, told from the words of its added lines. These are words and not a parser: a
 * comment counts, and so does a table that the same file made. What is built at run time, stands in a procedure that is
 * only called, or is written in a language without a line here is not seen; a service's team says `irreversible` itself.
 */
const DESTRUCTIVE: readonly { readonly what: string; readonly words: readonly RegExp[] }[] = [
  {
    what: 'drops data',
    words: [
      /\bdrop\s+(?:table|column|schema|database|keyspace|collection)\b/i,
      // ALTER TABLE t DROP c; what is dropped besides a column can be made again
      /\balter\s+table\b[^;]{0,2000}?\bdrop\s+(?!constraint|index|key|default|not\b|expression|identity|foreign|primary|check|trigger)/i,
      /\b(?:drop_?(?:table|column|schema|database|join_table)|remove_?(?:columns?|field|reference|belongs_to|timestamps))\b/i,
      /\b(?:DeleteModel|dropDatabase|\$unset)\b|\.drop\(\)/,
    ],
  },
  {
    what: 'deletes or rewrites rows',
    words: [
      /\btruncate\s+(?:table\s+)?["'`[\w]/i,
      /\bdelete\s+from\b/i,
      /\bupdate\s+\S{1,200}\s+set\b/i,
      /\b(?:RunPython|deleteMany|delete_all|destroy_all|update_all|bulk_delete)\b/,
    ],
  },
  {
    what: 'renames',
    words: [
      /\balter\b[^;]{0,2000}?\brename\b|\brename\s+(?:table|column)\b/i,
      /\brename_?(?:table|column|model|field)\b/i,
    ],
  },
  {
    what: 'changes a type',
    words: [
      /\balter\s+column\b[^;]{0,500}?\btype\b|\bmodify\s+(?:column\s+)?["'`\w]/i,
      /\b(?:change_column|changeColumn|alter_column|AlterField|modifyDataType)\b/,
    ],
  },
];

const UNDO_FILE = /(?:\.|^|\/)down\.\w+$|(?:^|\/)U[\d._]+__[^/]+\.sql$/i;
const UNDO_BEGINS =
  /\bdef\s+(?:self\.)?(?:down|downgrade)\b|\bdown\s*(?:[=:(]|\bfunction\b)|\bvoid\s+Down\b|--\s*(?:\+goose|migrate:)\s*down\b/i;
const UNDO_ENDS =
  /\bdef\s+(?:self\.)?(?:up|upgrade|change)\b|\bup\s*(?:[=:(]|\bfunction\b)|\bvoid\s+Up\b|--\s*(?:\+goose|migrate:)\s*up\b/i;

/**
 * What a changed migration takes away, in words; null when the forge does not show the whole of it. The half of a
 * migration that undoes the other is left out: everything that is made is dropped there.
 */
export function destroyedBy(file: {
  readonly path: string;
  readonly additions: number;
  readonly patch?: string;
}): readonly string[] | null {
  if (file.additions === 0 || UNDO_FILE.test(file.path)) return [];
  if (file.patch === undefined) return null;
  const lines = file.patch.split('\n');
  if (lines.filter((line) => line.startsWith('+')).length < file.additions) return null;
  const added = forwardLines(lines).join('\n');
  return DESTRUCTIVE.filter(({ words }) => words.some((word) => word.test(added))).map(({ what }) => what);
}

function forwardLines(lines: readonly string[]): readonly string[] {
  const forward: string[] = [];
  let undoing = false;
  for (const line of lines) {
    // a hunk may begin anywhere: as long as nothing says otherwise it is the half that acts
    if (line.startsWith('@@') || UNDO_ENDS.test(line)) undoing = false;
    else if (UNDO_BEGINS.test(line)) undoing = true;
    if (!undoing && line.startsWith('+')) forward.push(line.slice(1));
  }
  return forward;
}
