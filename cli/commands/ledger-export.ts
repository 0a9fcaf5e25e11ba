import { Buffer } from 'node:buffer';
import * as z from 'zod';
import { tileBuilder } from '../../shared/ledger/tiles.ts';
import {
  FIRST_GENERATION,
  hashesAt,
  isRefused,
  keyStatementPath,
  type LedgerSource,
  MAX_GENERATION,
  readCheckpointLines,
  TILE_WIDTH,
  type TileId,
  textOf,
  tilePath,
  urlSource,
  type Version,
  widthOf,
} from '../../shared/ledger/verifier/index.ts';
import { type Command, cliError, EXIT, needed, type Options, textOption } from '../command.ts';
import { api } from '../http.ts';
import type { Io } from '../io.ts';
import { BUCKET_OPTIONS } from '../ledger-bucket.ts';
import { startExport, writeExported, writeHead } from '../ledger-directory.ts';
import { FETCHING, ledgerText, placeOf, reaching } from '../ledger-sources.ts';
import { ownLedger, servedSize } from './ledger-own.ts';
import { allEntries } from './ledger-verify.ts';

const AT_ONCE = 8;
const Head = z.looseObject({ ledgerId: z.string(), size: z.int(), root: z.string() });

export const ledgerExportCommand: Command = {
  name: 'ledger export',
  summary:
    'Writes the whole ledger as files that anybody can check (C2SP tlog-tiles): the signed checkpoint, tiles, entries, the checkpoints that are archived, and the keys that it says are its own. Nothing of it is checked here: that is `ledger verify DIR`.',
  args: 'DIR',
  options: {
    from: { type: 'string', text: 'a URL, or s3://BUCKET with --tail; this installation by default' },
    ...BUCKET_OPTIONS,
  },
  example: 'holdfast ledger export ./ledger',
  run: async (positionals, options, io) => {
    const directory = needed(positionals, 0, 'DIR');
    const from = textOption(options, 'from');
    return await reaching(async () => {
      startExport(directory);
      const signed = from !== undefined || (await servedSize(ownLedger())) !== undefined;
      return signed ? await exportSigned(directory, options, io) : await exportUnsigned(directory, io);
    });
  },
};

/** Copies a ledger file by file. What is missing is refused: an export with a hole would look like a ledger with one. */
async function exportSigned(directory: string, options: Options, io: Io): Promise<number> {
  const from = textOption(options, 'from');
  const { source } =
    from === undefined ? { source: urlSource(ownLedger(), FETCHING) } : placeOf(from, options);
  const note = await fileOf(source, ['checkpoint']);
  const size = signedSize(note);
  writeExported(directory, 'checkpoint', note);
  const copy = async (tile: TileId): Promise<void> => {
    const paths = [tilePath(tile), tilePath({ ...tile, width: TILE_WIDTH })];
    const found = await firstOf(source, [...new Set(paths)]);
    writeExported(directory, found.path, found.bytes);
  };
  const copying: Promise<void>[] = [];
  for (const tile of tilesOf(size)) {
    copying.push(copy(tile));
    if (copying.length === AT_ONCE) await Promise.all(copying.splice(0));
  }
  await Promise.all(copying);
  const archived = await reaching(() => source.checkpoints());
  for (const each of archived) {
    const [first] = each.versions.flatMap(bytesOf);
    if (first !== undefined) writeExported(directory, `checkpoints/${each.size}`, first);
  }
  await copyStatements(directory, source);
  const keys = from?.startsWith('s3://') ? undefined : await ledgerText(from ?? ownLedger(), 'key');
  if (keys !== undefined) writeExported(directory, 'ledger.vkey', keys);
  io.document({ directory, size, signed: true, checkpoints: archived.length });
  io.out(`${size} entries and their signed checkpoint written to ${directory}`);
  if (keys !== undefined)
    io.say('ledger.vkey comes from the ledger itself: verify with the key that you know it by');
  return EXIT.yes;
}

/** The statements of later keys, which lead an auditor from the first key to the newest. */
async function copyStatements(directory: string, source: LedgerSource): Promise<void> {
  for (let generation = FIRST_GENERATION; generation <= MAX_GENERATION; generation += 1) {
    const path = keyStatementPath(generation);
    const [bytes] = (await reaching(() => source.read(path))).flatMap(bytesOf);
    if (bytes === undefined) return;
    writeExported(directory, path, bytes);
  }
}

/** Every tile and bundle of a tree, one after the other: a size that nobody has must not fill the memory. */
function* tilesOf(size: number): Generator<TileId> {
  for (let level = 0; hashesAt(level, size) > 0; level += 1) {
    const count = hashesAt(level, size);
    for (let index = 0; widthOf(index, count) > 0; index += 1) {
      const width = widthOf(index, count);
      yield { level, index, width };
      if (level === 0) yield { level: 'entries', index, width };
    }
  }
}

async function fileOf(source: LedgerSource, paths: readonly string[]): Promise<Uint8Array> {
  return (await firstOf(source, paths)).bytes;
}

/** The first of some files that is there; its oldest version. */
async function firstOf(source: LedgerSource, paths: readonly string[]) {
  for (const path of paths) {
    const [bytes] = (await reaching(() => source.read(path))).flatMap(bytesOf);
    if (bytes !== undefined) return { path, bytes };
  }
  throw cliError(`${paths[0]} is missing`, EXIT.no);
}

function bytesOf(version: Version): readonly Uint8Array[] {
  return 'bytes' in version ? [version.bytes] : [];
}

async function exportUnsigned(directory: string, io: Io): Promise<number> {
  const call = api();
  const head = Head.parse(await call('GET', '/v1/ledger/head'));
  const builder = tileBuilder();
  for (const bytes of await allEntries(call, head.size))
    for (const file of builder.add(Buffer.from(bytes))) writeExported(directory, file.path, file.bytes);
  for (const file of builder.partial()) writeExported(directory, file.path, file.bytes);
  writeHead(directory, head);
  io.document({ directory, size: head.size, signed: false, ledgerId: head.ledgerId });
  io.out(`${head.size} entries of ${head.ledgerId} written to ${directory}`);
  io.out(
    'NOT SIGNED: this ledger has no checkpoint yet. head.json is what the API says; nobody vouches for it.',
  );
  return EXIT.yes;
}

/** The size that a checkpoint is for. Its signature is not looked at here: `ledger verify` does that. */
function signedSize(note: Uint8Array): number {
  const lines = readCheckpointLines(textOf(note) ?? '');
  if (isRefused(lines) || lines.size > BigInt(Number.MAX_SAFE_INTEGER))
    throw cliError('what is served as the checkpoint is none', EXIT.no);
  return Number(lines.size);
}
