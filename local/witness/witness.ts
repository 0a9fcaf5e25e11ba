import { mkdirSync } from 'node:fs';
import { nodeCryptography } from '../../shared/ledger/node-crypto.ts';
import { isRefused, verifierKeyText } from '../../shared/ledger/verifier/index.ts';
import { readLogKeys, witnessKey } from '../../shared/ledger/witness/index.ts';
import { fileWitnessStore } from './file-store.ts';
import { lockFolder } from './folder-lock.ts';
import { witnessSigner } from './key-file.ts';
import { serveOnLoopback, type WitnessServer } from './server.ts';

export type WitnessOptions = {
  /** Its key and its memory. */
  readonly folder: string;
  readonly name: string;
  readonly port: number;
  /** The keys of the logs that it witnesses, vkeys parted by commas or newlines. */
  readonly logs: string;
  readonly log: (line: string) => void;
};

const CRYPTO = nodeCryptography();

/** The verifier key of the witness of a folder; draws the key at its first use. Throws an Error for a name that is none. */
export async function witnessKeyOf({ folder, name }: Pick<WitnessOptions, 'folder' | 'name'>) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const signer = witnessSigner(folder);
  const key = await witnessKey(name, await signer.publicKey(), CRYPTO);
  if (isRefused(key)) throw new Error(`--name: ${key.refused}`);
  return { signer, key, vkey: await verifierKeyText(key.name, key, CRYPTO) };
}

/** Runs a witness over a folder until it is closed. Throws an Error that says what is wrong with the options or the folder. */
export async function startWitness(
  options: WitnessOptions,
): Promise<WitnessServer & { readonly vkey: string; readonly origins: readonly string[] }> {
  const read = await readLogKeys(options.logs, CRYPTO);
  if (isRefused(read)) throw new Error(`--log: ${read.refused}`);
  const { signer, key, vkey } = await witnessKeyOf(options);
  const lock = lockFolder(options.folder, 'witness');
  const deps = {
    ...{ signer, key, logs: read.logs, cryptography: CRYPTO, clock: Date.now },
    store: fileWitnessStore(options.folder, lock),
  };
  try {
    const server = await serveOnLoopback(deps, options.port, options.log);
    const close = () => server.close().finally(lock.release);
    const origins = [...new Set(read.logs.map(({ name }) => name))];
    return { url: server.url, close, vkey, origins };
  } catch (thrown) {
    lock.release();
    throw thrown;
  }
}
