import { readFileSync } from 'node:fs';
import { nodeCryptography } from '../../shared/ledger/node-crypto.ts';
import { base64, checkProofFile, isRefused } from '../../shared/ledger/verifier/index.ts';
import { type Command, cliError, EXIT, needed, textOption } from '../command.ts';
import { paint } from '../io.ts';
import { STATEMENTS_OPTION, TRUST_OPTIONS, trustOf, withLaterKeys } from '../ledger-keys.ts';

export const ledgerVerifyProofCommand: Command = {
  name: 'ledger verify-proof',
  summary:
    'Checks offline that the entry in a proof file (C2SP tlog-proof) is in the ledger that a key has signed. Exit 1 where it is not.',
  args: 'FILE',
  options: {
    ...TRUST_OPTIONS,
    ...STATEMENTS_OPTION,
    entry: { type: 'string', text: "a file with the entry's bytes, where the proof does not hold them" },
  },
  example: 'holdfast ledger verify-proof rbk_01JD-7.tlog-proof --key ledger.vkey',
  run: async (positionals, options, io) => {
    const file = needed(positionals, 0, 'FILE');
    const trust = await trustOf(options);
    if (trust === undefined)
      throw cliError('--key is missing: the key that you know the ledger by', EXIT.usage);
    const other = textOption(options, 'entry');
    const entry = other === undefined ? undefined : bytesOf(other);
    const proven = await checkProofFile(
      bytesOf(file),
      await withLaterKeys(trust, options),
      nodeCryptography(),
      entry,
    );
    if (isRefused(proven)) {
      io.document({ proven: false, reason: proven.refused });
      io.out(paint(io, 'red', `NOT proven: ${proven.refused}`));
      return EXIT.no;
    }
    const { kind, id, rev, seq, ledgerId, sealedAt, commitment } = proven.entry;
    const { size, root, origin, signers } = proven.checkpoint;
    const checkpoint = { origin, size: String(size), root: base64(root), signers };
    io.document({ proven: true, entry: { ledgerId, seq, kind, id, rev, sealedAt, commitment }, checkpoint });
    io.out(
      paint(
        io,
        'green',
        `proven: ${kind} ${id} rev ${rev} is entry ${seq} of ${ledgerId}, sealed at ${sealedAt}`,
      ),
    );
    io.out(`checkpoint of ${origin}: size ${size}, root ${base64(root)}, signed by ${signers.join(' and ')}`);
    return EXIT.yes;
  },
};

function bytesOf(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch {
    throw cliError(`${file} cannot be read`, EXIT.usage);
  }
}
