import { Entry, entryBytes, leafHash, linkHash, ZERO_HASH } from '../shared/ledger/index.ts';
import { type Published, type Publishing, publish } from '../test/support/tile-ledger.ts';

export type Ledger = { readonly entries: readonly string[]; readonly publishing: Publishing };

/** A ledger whose bundles hold other entries; tiles and checkpoints are locked and stay. */
export function withEntries({ entries, publishing }: Ledger, changed: readonly string[]): Published {
  const original = publish(entries, publishing);
  const other = publish(changed, { ...publishing, sizes: [changed.length] });
  const isBundle = (path: string): boolean => path.startsWith('tile/entries/');
  const kept = [...original.files].filter(([path]) => !isBundle(path));
  const bundles = [...other.files].filter(([path]) => isBundle(path));
  return { ...original, files: new Map([...kept, ...bundles]) };
}

/** The entries with another in one place. */
export function replaced(entries: readonly string[], at: number, by: string): readonly string[] {
  return entries.toSpliced(at, 1, by);
}

/** An entry with some members changed, canonical again. */
export function edited(entries: readonly string[], at: number, change: Partial<Entry>): string {
  return entryBytes({ ...Entry.parse(JSON.parse(entries[at] ?? '')), ...change });
}

/** The entries with numbers and links that fit again from a place on: what somebody does who knows how a chain is checked. */
export function relinked(entries: readonly string[], from: number): readonly string[] {
  const kept = entries.slice(0, from);
  const before = kept.at(-1);
  let last = before === undefined ? undefined : Entry.parse(JSON.parse(before));
  const after = entries.slice(from).map((bytes) => {
    const prev = last === undefined ? ZERO_HASH : linkHash(last, leafHash(entryBytes(last)));
    last = { ...Entry.parse(JSON.parse(bytes)), seq: (last?.seq ?? -1) + 1, prev };
    return entryBytes(last);
  });
  return [...kept, ...after];
}

/** The newest checkpoint. */
export function newestOf({ files }: Published): Uint8Array {
  const [version] = files.get('checkpoint') ?? [];
  if (version === undefined || !('bytes' in version)) throw new Error('nothing was published');
  return version.bytes;
}

/** The path of a tile of leaves. */
export function leafTile(files: Published['files'], index: number): string {
  const name = `tile/0/${String(index).padStart(3, '0')}`;
  return [...files.keys()].find((path) => path.startsWith(name)) ?? '';
}
