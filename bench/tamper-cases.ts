import type { Verdict } from '../shared/ledger/verifier/index.ts';
import { type Published, publish, sealedEntries } from '../test/support/tile-ledger.ts';
import { edited, type Ledger, leafTile, newestOf, relinked, replaced, withEntries } from './tamper-edits.ts';

/** A ledger that somebody has tampered with at a place, and what an audit must say of it. */
export type Tampered = {
  readonly published: Published;
  readonly verdict: Verdict;
  /** The first bad entry, exactly; absent where the finding is about no entry. */
  readonly firstBad?: number;
  /** Where whoever holds the store, but no key, rewrote every file from a place on, the checkpoints bound the run. */
  readonly within?: number;
  /** The checkpoint that the auditor kept. */
  readonly since?: Uint8Array;
  readonly now?: number;
  /** That nobody but the log itself says when. */
  readonly ownClock?: true;
};

type Tampering = { readonly name: string; readonly apply: (ledger: Ledger, at: number) => Tampered };

const HEARTBEATS_S = 600;

/** Each way of the matrix; `at` is the place of the entry that is tampered with, or of the first that is gone. */
export const TAMPERINGS: readonly Tampering[] = [
  entriesOnly('edit', (entries, at) =>
    replaced(entries, at, edited(entries, at, { commitment: 'd'.repeat(64) })),
  ),
  entriesOnly('edit of prev', (entries, at) =>
    replaced(entries, at, edited(entries, at, { prev: 'e'.repeat(64) })),
  ),
  entriesOnly('edit, later entries linked anew', (entries, at) =>
    relinked(replaced(entries, at, edited(entries, at, { commitment: 'd'.repeat(64) })), at + 1),
  ),
  entriesOnly('insert', (entries, at) =>
    entries.toSpliced(at, 0, edited(entries, at, { commitment: 'f'.repeat(64) })),
  ),
  entriesOnly('insert, later entries numbered and linked anew', (entries, at) =>
    relinked(entries.toSpliced(at, 0, edited(entries, at, { commitment: 'f'.repeat(64) })), at + 1),
  ),
  entriesOnly('delete', (entries, at) => entries.toSpliced(at, 1)),
  entriesOnly('delete, later entries numbered and linked anew', (entries, at) =>
    relinked(entries.toSpliced(at, 1), at),
  ),
  entriesOnly('forged expiry: an entry made into one, later entries linked anew', (entries, at) =>
    relinked(
      replaced(entries, at, edited(entries, at, { kind: 'ledger.retention', id: 'a'.repeat(64), rev: 1 })),
      at + 1,
    ),
  ),
  entriesOnly('entry of another ledger', (entries, at) =>
    replaced(entries, at, sealedEntries('another-ledger', at + 1)[at] ?? ''),
  ),
  { name: 'swap', apply: swapped },
  { name: 'edit of entry and tile', apply: withTile },
  { name: 'rewrite of entries and tiles', apply: rewritten },
  { name: 'truncate', apply: truncated },
  { name: 'roll back', apply: rolledBack },
  { name: 'fork: a second checkpoint of one size', apply: forkedCheckpoint },
  { name: 'fork: another history than the one kept', apply: forkedHistory },
  { name: 'freeze', apply: frozen },
  { name: "freeze, by the log's own clock", apply: frozenOwn },
  { name: 'replay of another ledger', apply: replayed },
  { name: 'tile deleted under its marker', apply: marked },
  { name: 'byte of a tile', apply: tileByte },
];

/** The stored entries change; tiles and checkpoints, which are locked, stay. */
function entriesOnly(
  name: string,
  change: (entries: readonly string[], at: number) => readonly string[],
): Tampering {
  return {
    name,
    apply: (ledger, at) => {
      const changed = change(ledger.entries, at);
      const gone = changed.length < ledger.entries.length && at === changed.length;
      return {
        published: withEntries(ledger, changed),
        verdict: gone ? 'truncated' : 'altered',
        firstBad: at,
      };
    },
  };
}

function swapped(ledger: Ledger, at: number): Tampered {
  const { entries } = ledger;
  const first = Math.max(0, Math.min(at, entries.length - 2));
  if (entries.length < 2) return { published: publish(entries, ledger.publishing), verdict: 'sound' };
  const changed = entries.toSpliced(first, 2, entries[first + 1] ?? '', entries[first] ?? '');
  return { published: withEntries(ledger, changed), verdict: 'altered', firstBad: first };
}

function withTile(ledger: Ledger, at: number): Tampered {
  const { entries, publishing } = ledger;
  const changed = replaced(entries, at, edited(entries, at, { commitment: 'd'.repeat(64) }));
  const original = publish(entries, publishing);
  const other = publish(changed, { ...publishing, sizes: [changed.length] });
  const below = [...other.files].filter(([path]) => /^tile\/(?:entries|0)\//.test(path));
  return {
    published: { ...original, files: new Map([...original.files, ...below]) },
    verdict: 'altered',
    firstBad: at,
  };
}

function rewritten({ entries, publishing }: Ledger, at: number): Tampered {
  const changed = relinked(
    replaced(entries, at, edited(entries, at, { commitment: 'd'.repeat(64) })),
    at + 1,
  );
  const { files, checkpoints } = publish(entries, publishing);
  const other = publish(changed, { ...publishing, sizes: [changed.length] });
  const newest = files.get('checkpoint') ?? [];
  return {
    published: { files: new Map([...other.files, ['checkpoint', newest]]), checkpoints },
    verdict: 'altered',
    within: at,
  };
}

function truncated(ledger: Ledger, at: number): Tampered {
  return { published: withEntries(ledger, ledger.entries.slice(0, at)), verdict: 'truncated', firstBad: at };
}

function rolledBack({ entries, publishing }: Ledger, at: number): Tampered {
  const before = publish(entries.slice(0, at), { ...publishing, sizes: [at] });
  return {
    published: before,
    verdict: 'truncated',
    firstBad: at,
    since: newestOf(publish(entries, publishing)),
  };
}

function otherHistory({ entries }: Ledger, at: number): readonly string[] {
  return relinked(replaced(entries, at, edited(entries, at, { commitment: 'b'.repeat(64) })), at + 1);
}

function forkedCheckpoint(ledger: Ledger, at: number): Tampered {
  const { entries, publishing } = ledger;
  const { files, checkpoints } = publish(entries, publishing);
  const second = newestOf(publish(otherHistory(ledger, at), publishing));
  const both = [...(checkpoints.get(entries.length) ?? []), { bytes: second }];
  return {
    published: { files, checkpoints: new Map([...checkpoints, [entries.length, both]]) },
    verdict: 'forked',
  };
}

function forkedHistory(ledger: Ledger, at: number): Tampered {
  const { entries, publishing } = ledger;
  const other = otherHistory(ledger, at).slice(0, at + 1);
  const since = newestOf(publish(other, { ...publishing, sizes: [other.length] }));
  return { published: publish(entries, publishing), verdict: 'forked', since };
}

function frozen({ entries, publishing }: Ledger): Tampered {
  return {
    published: publish(entries, publishing),
    verdict: 'stale',
    now: publishing.time + HEARTBEATS_S + 1,
  };
}

function frozenOwn({ entries, publishing }: Ledger): Tampered {
  const signing = { ...publishing.signing, witness: publishing.signing.clock };
  return { ...frozen({ entries, publishing: { ...publishing, signing } }), ownClock: true };
}

function replayed({ entries, publishing }: Ledger): Tampered {
  const other = publish(entries, { ...publishing, origin: 'another.example/ledger' });
  return { published: other, verdict: 'altered' };
}

function marked({ entries, publishing }: Ledger, at: number): Tampered {
  const { files, checkpoints } = publish(entries, publishing);
  const index = Math.floor(at / 256);
  const path = leafTile(files, index);
  const versions = [...(files.get(path) ?? []), { deleted: true } as const];
  return {
    published: { files: new Map([...files, [path, versions]]), checkpoints },
    verdict: 'altered',
    firstBad: index * 256,
  };
}

function tileByte({ entries, publishing }: Ledger, at: number): Tampered {
  const { files, checkpoints } = publish(entries, publishing);
  const path = leafTile(files, Math.floor(at / 256));
  const [version] = files.get(path) ?? [];
  const bytes = new Uint8Array(version !== undefined && 'bytes' in version ? version.bytes : []);
  bytes[(at % 256) * 32 + 7] = (bytes[(at % 256) * 32 + 7] ?? 0) ^ 1;
  return {
    published: { files: new Map([...files, [path, [{ bytes }]]]), checkpoints },
    verdict: 'altered',
    firstBad: at,
  };
}
