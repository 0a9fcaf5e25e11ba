import { canonicalJson } from '../kernel/index.ts';
import { Entry, leafHash, linkHash } from './entry.ts';

export type ReadEntry = {
  readonly entry: Entry;
  readonly bytes: string;
  readonly leaf: string;
  readonly link: string;
};

/** An entry from its stored bytes, or what is wrong with the bytes alone: not an entry, or not in canonical form. */
export function readEntry(bytes: string): ReadEntry | 'unreadable' | 'not-canonical' {
  const parsed = Entry.safeParse(jsonOf(bytes));
  if (!parsed.success) return 'unreadable';
  if (canonicalJson(parsed.data) !== bytes) return 'not-canonical';
  const leaf = leafHash(bytes);
  return { entry: parsed.data, bytes, leaf, link: linkHash(parsed.data, leaf) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
