import { Buffer } from 'node:buffer';
import * as z from 'zod';
import { tileBuilder } from '../../shared/ledger/tiles.ts';
import { isRefused, readCheckpointLines } from '../../shared/ledger/verifier/index.ts';
import { type Command, cliError, EXIT, needed } from '../command.ts';
import { api, apiText } from '../http.ts';
import { startExport, writeExported, writeHead } from '../ledger-directory.ts';
import { allEntries } from './ledger-verify.ts';

const Head = z.looseObject({ ledgerId: z.string(), size: z.int(), root: z.string() });

export const ledgerExportCommand: Command = {
  name: 'ledger export',
  summary:
    'Writes the whole ledger as files that anybody can check (C2SP tlog-tiles): tiles, entries, and the signed checkpoint where there is one.',
  args: 'DIR',
  example: 'holdfast ledger export ./ledger',
  run: async (positionals, _options, io) => {
    const directory = needed(positionals, 0, 'DIR');
    startExport(directory);
    const call = api();
    const head = Head.parse(await call('GET', '/v1/ledger/head'));
    const checkpoint = await apiText('/v1/ledger/checkpoint');
    const size = checkpoint === undefined ? head.size : signedSize(checkpoint, head.size);
    const builder = tileBuilder();
    for (const bytes of await allEntries(call, size))
      for (const file of builder.add(Buffer.from(bytes))) writeExported(directory, file.path, file.bytes);
    for (const file of builder.partial()) writeExported(directory, file.path, file.bytes);
    if (checkpoint === undefined) writeHead(directory, head);
    else writeExported(directory, 'checkpoint', checkpoint);
    const signed = checkpoint !== undefined;
    io.document({ directory, size, signed, ledgerId: head.ledgerId });
    io.out(`${size} entries of ${head.ledgerId} written to ${directory}`);
    if (!signed)
      io.out(
        'NOT SIGNED: this ledger has no checkpoint yet. head.json is what the API says; nobody vouches for it.',
      );
    return EXIT.yes;
  },
};

/** The size that a checkpoint is for. Its signature is not looked at here: `ledger verify` does that. */
function signedSize(note: string, served: number): number {
  const lines = readCheckpointLines(note);
  if (isRefused(lines) || lines.size > BigInt(served))
    throw cliError('the checkpoint that is served does not fit the ledger that is served', EXIT.no);
  return Number(lines.size);
}
