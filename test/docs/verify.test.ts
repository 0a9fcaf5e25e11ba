import { execFileSync, spawnSync } from 'node:child_process';
import { sign } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inclusionProof, rootAt, subtreesOf } from '../../shared/ledger/proofs.ts';
import { ledgerKeyLines, signCheckpoint } from '../../shared/ledger/publish/note.ts';
import { hashOfLeaf } from '../../shared/ledger/tiles.ts';
import { proofFileText } from '../../shared/ledger/verifier/index.ts';
import { sealedEntries, signingFor } from '../support/tile-ledger.ts';

const ORIGIN = 'holdfast.example/ledger';
const page = readFileSync(join(import.meta.dirname, '../../docs/verify.md'), 'utf8');
const absent = ['openssl', 'python3', 'bash'].some(
  (tool) => spawnSync(tool, ['--version']).error !== undefined,
);

/** The one block of a language on the page. */
function block(language: string): string {
  const found = page.split(`\`\`\`${language}\n`);
  if (found.length !== 2) throw new Error(`the page has ${found.length - 1} blocks of ${language}`);
  return found[1]?.split('```')[0] ?? '';
}

async function proofIn(
  size: number,
  index: number,
): Promise<{ readonly folder: string; readonly entry: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'verify-'));
  const signing = await signingFor(ORIGIN);
  const entries = sealedEntries('production', size);
  const leaves = entries.map((each) => hashOfLeaf(Buffer.from(each)));
  const { secret, verifier } = signing.log;
  const publicKey = verifier.key.algorithm === 'ed25519' ? verifier.key.bytes : new Uint8Array();
  const signer = {
    publicKey: async () => publicKey,
    sign: async (message: Uint8Array) => sign(null, message, secret),
  };
  const root = Buffer.from(rootAt(size, subtreesOf(leaves))).toString('hex');
  const checkpoint = await signCheckpoint(signer, { origin: ORIGIN, size, root }, 1_795_000_000);
  const proof = inclusionProof(index, size, subtreesOf(leaves));
  const entry = entries[index] ?? '';
  const text = proofFileText({ extra: Buffer.from(entry), index: BigInt(index), proof, checkpoint });
  writeFileSync(join(folder, 'entry.tlog-proof'), text);
  const vkeys = await ledgerKeyLines(ORIGIN, publicKey);
  writeFileSync(join(folder, 'ledger.vkey'), `${vkeys.join('\n')}\n`);
  return { folder, entry };
}

const PLACES = [
  [1, 0],
  [300, 123],
  [300, 299],
  [257, 256],
] as const;

describe.skipIf(absent)('docs/verify.md (skipped where openssl, python3 or bash is not installed)', () => {
  test.each(PLACES)(
    'the commands check the proof in a ledger of %i entries for entry %i',
    async (size, index) => {
      const { folder, entry } = await proofIn(size, index);
      const openssl = execFileSync('bash', ['-e', '-c', block('bash')], { cwd: folder, encoding: 'utf8' });
      expect(openssl).toContain('Signature Verified Successfully');
      expect(execFileSync('python3', ['-c', block('python')], { cwd: folder, encoding: 'utf8' })).toBe(
        `${entry}\n`,
      );
    },
  );

  test('they refuse another entry, another place and another text', async () => {
    const { folder } = await proofIn(300, 123);
    const file = join(folder, 'entry.tlog-proof');
    const text = readFileSync(file, 'utf8');
    const python = (changed: string) => {
      writeFileSync(file, changed);
      return spawnSync('python3', ['-c', block('python')], { cwd: folder }).status;
    };
    expect(python(text)).toBe(0);
    expect(python(text.replace('index 123', 'index 122'))).not.toBe(0);
    expect(python(text.replace(/extra .{8}/, 'extra AAAAAAAA'))).not.toBe(0);
    writeFileSync(file, text.replace('\n300\n', '\n301\n'));
    expect(spawnSync('bash', ['-e', '-c', block('bash')], { cwd: folder }).status).not.toBe(0);
  });

  test('the twenty lines are twenty or so', () => {
    expect(block('python').trim().split('\n').length).toBeLessThanOrEqual(22);
  });
});
