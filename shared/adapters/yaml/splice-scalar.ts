import type { Manifest } from '../../ports/manifest.ts';
import { type FoundScalar, findScalar, parseDocuments, refusal } from './find-scalar.ts';

type Spliced = { readonly text: string; readonly before: string };
type Leaf = readonly [path: string, value: unknown];

// what would need an escape or end the line; everything else stands as it is
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\uFEFF]/u;

// strings for this parser, but truth values, numbers, dates or merge keys for readers of YAML 1.1 (Argo CD's is one)
const OTHERWISE_READ = [
  /^(?:y|n|yes|no|on|off|<<|=)$/i,
  /^[-+]?[0-9.][0-9_.:,eE+-]*$/,
  /^[-+]?0[box][0-9a-f_]+$/i,
  /^\d{4}-\d\d?-\d\d?/,
];

/** Manifests as YAML, edited in place: writing a parsed document back would reformat lines that nobody touched. */
export const yamlManifest: Manifest = {
  read: (text, pointer) => findScalar(text, pointer).value,
  splice: spliceScalar,
};

/**
 * Replaces one string of a YAML text (which may hold several documents) and keeps every other byte, with the quotes
 * that stand there; an unquoted one gets quotes only when the new value would otherwise read as something else.
 * The result is parsed again: exactly this path and one line may differ. Throws Fault InvalidInput naming the pointer.
 */
export function spliceScalar(text: string, pointer: string, value: string): Spliced {
  if (UNPRINTABLE.test(value)) throw refusal(pointer, 'cannot hold a value with control characters');
  const before = findScalar(text, pointer);
  if (before.value === value) return { text, before: value };
  const written = spellings(before.style, value).map((spelling) => splicedText(text, before, spelling));
  const proven = written.find((candidate) => isOnlyChange(text, candidate, { pointer, value, before }));
  if (proven === undefined) throw refusal(pointer, 'cannot be replaced without changing something else');
  return { text: proven, before: before.value };
}

function splicedText(text: string, at: FoundScalar, spelling: string): string {
  return text.slice(0, at.start) + spelling + text.slice(at.end);
}

/** How the value may be written, the style that stands there first. */
function spellings(style: FoundScalar['style'], value: string): readonly string[] {
  const single = `'${value.replaceAll("'", "''")}'`;
  const isAmbiguous = OTHERWISE_READ.some((form) => form.test(value));
  if (style === 'PLAIN') return isAmbiguous ? [single] : [value, single];
  if (style === 'QUOTE_SINGLE') return [single];
  return [`"${value.replaceAll(/["\\]/g, (mark) => `\\${mark}`)}"`];
}

type Change = { readonly pointer: string; readonly value: string; readonly before: FoundScalar };

function isOnlyChange(text: string, candidate: string, change: Change): boolean {
  if (changedLines(text, candidate) !== 1) return false;
  const old = parseDocuments(text, change.pointer);
  const fresh = parsedOrUndefined(candidate, change.pointer);
  if (fresh === undefined || fresh.length !== old.length) return false;
  return old.every((document, index) => {
    const differing = differences(leavesOf(document.toJS()), leavesOf(fresh[index]?.toJS()));
    if (index !== change.before.document) return differing.length === 0;
    const [[path, value] = []] = differing;
    return differing.length === 1 && path === change.pointer && value === change.value;
  });
}

function parsedOrUndefined(text: string, pointer: string): ReturnType<typeof parseDocuments> | undefined {
  try {
    return parseDocuments(text, pointer);
  } catch {
    return undefined; // a spelling that breaks the document is simply not the one
  }
}

/** How many lines differ; infinitely many when lines came or went. */
function changedLines(left: string, right: string): number {
  const [old, fresh] = [left.split('\n'), right.split('\n')];
  if (old.length !== fresh.length) return Number.POSITIVE_INFINITY;
  return old.filter((line, index) => line !== fresh[index]).length;
}

/** The new leaves that are not the old ones at the same place. Leaves that came or went count too. */
function differences(old: readonly Leaf[], fresh: readonly Leaf[]): readonly Leaf[] {
  const [before, after] = [new Map(old), new Map(fresh)];
  const changed = fresh.filter(([path, value]) => !(before.has(path) && Object.is(before.get(path), value)));
  return [...changed, ...old.filter(([path]) => !after.has(path))];
}

function leavesOf(value: unknown, path = ''): readonly Leaf[] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  const entries = Object.entries(value);
  // an empty map or list is a leaf of its own, or a change into one would not show
  if (entries.length === 0) return [[path, Array.isArray(value) ? '[]' : '{}']];
  return entries.flatMap(([key, child]) =>
    leavesOf(child, `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
}
