import { sign } from 'node:crypto';
import { canonicalJson, commitmentOf, sha256Hex } from '../shared/kernel/index.ts';
import { statementId } from '../shared/ledger/statement.ts';
import { KEY_KIND, keySource, keyStatementText, signatureLine } from '../shared/ledger/verifier/index.ts';
import { laterKeys, type Published, publish, type SigningKey } from '../test/support/tile-ledger.ts';
import type { Tampered } from './tamper-cases.ts';
import { edited, type Ledger, relinked } from './tamper-edits.ts';

export const ORIGIN = 'holdfast.example/ledger';
const LATER = await laterKeys(ORIGIN);
const SALT = new Uint8Array(32).fill(7);

type Rotation = {
  /** Who signs the statement beside the new key. */
  readonly signedBy?: SigningKey;
  /** Who signs the checkpoints up to the entry, and after it. */
  readonly until?: SigningKey;
  readonly after?: SigningKey;
  readonly withoutStatement?: boolean;
};

/** A ledger whose key was rotated at a place. */
export function rotatedAt({ entries, publishing }: Ledger, at: number, rotation: Rotation = {}): Published {
  const { log } = publishing.signing;
  const { signedBy = log, until = log, after = LATER.log, withoutStatement = false } = rotation;
  const text = keyStatementText({
    ...{ origin: ORIGIN, generation: 2, log: LATER.log.vkey, clock: LATER.clock.vkey },
  });
  const lines = [signedBy, LATER.log].map(({ verifier, secret }) =>
    signatureLine(verifier, sign(null, Buffer.from(text), secret)),
  );
  const source = { key: keySource(2), image: sha256Hex(text) };
  const id = statementId(source);
  const payload = canonicalJson({
    ...source,
    kind: KEY_KIND,
    id,
    rev: 1,
    note: `${text}\n${lines.join('')}`,
  });
  const commitment = commitmentOf(SALT, payload);
  const entry = edited(entries, Math.min(at, entries.length - 1), { kind: KEY_KIND, id, rev: 1, commitment });
  const grown = relinked(entries.toSpliced(at, 0, entry), at);
  const sizes = [...publishing.sizes, grown.length];
  const signedWith = (log: SigningKey) => {
    const clock = log === LATER.log ? LATER.clock : publishing.signing.clock;
    return publish(grown, {
      ...publishing,
      ...{ sizes, clocked: true, signing: { ...publishing.signing, log, clock } },
    });
  };
  const [early, late] = [signedWith(until), signedWith(after)];
  const checkpoints = [...late.checkpoints].map(
    ([size, versions]) => [size, size > at ? versions : (early.checkpoints.get(size) ?? [])] as const,
  );
  const file = Buffer.from(canonicalJson({ payload, salt: Buffer.from(SALT).toString('hex') }));
  const statement = withoutStatement ? [] : [['key/2', [{ bytes: file }]] as const];
  return { files: new Map([...late.files, ...statement]), checkpoints: new Map(checkpoints) };
}

const stranger = await laterKeys(`stranger.${ORIGIN}`);
const altered = (name: string, rotation: (ledger: Ledger) => Rotation) => ({
  name,
  apply: (ledger: Ledger, at: number): Tampered => ({
    published: rotatedAt(ledger, at, rotation(ledger)),
    verdict: 'altered',
  }),
});

/** What can be done with keys where one follows another. */
export const KEY_TAMPERINGS = [
  altered('key: a statement that the key in force has not signed', () => ({ signedBy: stranger.log })),
  altered('key: an entry without its statement', () => ({ withoutStatement: true })),
  altered('key: the retired key signs on', ({ publishing }) => ({ after: publishing.signing.log })),
  altered('key: the new key signs before its entry', () => ({ until: LATER.log })),
] as const;
