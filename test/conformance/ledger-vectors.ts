import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unbase64, unhex } from '../../shared/ledger/verifier/index.ts';
import { handbookFolder } from '../support/handbook.ts';

const folder = join(handbookFolder() ?? '', 'vectors', 'ledger');

/** Whether the handbook is not here; then nothing is compared. */
export const absent = !existsSync(folder);

export function ledgerVectorsText(file: string): string {
  return readFileSync(join(folder, `${file}.json`), 'utf8');
}

export function ledgerVectors<T>(file: string): T {
  return JSON.parse(ledgerVectorsText(file)) as T;
}

/** Bytes of hex. Throws where it is none. */
export function bytesOf(text: string): Uint8Array {
  const bytes = unhex(text);
  if (bytes === undefined) throw new Error(`no hex: ${text}`);
  return bytes;
}

/** Bytes of base64; empty where the probe has none. */
export function base64Bytes(text: unknown): Uint8Array {
  return unbase64(String(text ?? '')) ?? new Uint8Array();
}
