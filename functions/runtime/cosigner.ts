import { httpWitness } from '../../shared/adapters/witness/http-witness.ts';
import { WITNESS_METRICS } from '../../shared/ledger/contract.ts';
import { nodeCryptography } from '../../shared/ledger/node-crypto.ts';
import {
  checkpointCosigner,
  type KnownWitness,
  type PublishDeps,
  proveGrowth,
  type WitnessFailure,
} from '../../shared/ledger/publish/index.ts';
import { isRefused, NOTE_TYPES, readVerifierKey } from '../../shared/ledger/verifier/index.ts';
import { optional } from './environment.ts';
import { logger, meter } from './observe.ts';
import { clock } from './world.ts';

type Read = Pick<PublishDeps, 'checkpoints' | 'files'> & {
  readonly ledger: Pick<PublishDeps['ledger'], 'head' | 'entries'>;
};
type Cosign = NonNullable<PublishDeps['cosign']>;

/**
 * Asks the witnesses that the stack names, and only them; no lines without any. A parameter that is wrong is told with each
 * checkpoint, and keeps none from being signed.
 */
export function cosigner({ ledger, checkpoints, files }: Read): Cosign {
  const tiles = { checkpoints, files, table: ledger };
  const deps = {
    prove: (from: number, to: number) => proveGrowth(tiles, from, to),
    headSize: async () => (await ledger.head()).size,
    ...{ clock, meter: meter(), tell },
  };
  return async (checkpoint) => {
    try {
      const witnesses = await knownWitnesses(optional('WITNESS_URL', ''), optional('WITNESS_VKEY', ''));
      return await checkpointCosigner({ ...deps, witnesses })(checkpoint);
    } catch (error) {
      meter().count(WITNESS_METRICS.failed);
      logger.error('no witness can be asked', { error });
      return [];
    }
  };
}

function tell(failure: WitnessFailure): void {
  if (failure.contradicts) logger.error('a witness contradicts the ledger', failure);
  else logger.warn('a witness did not cosign', failure);
}

/** Addresses and keys, parted by commas, in the same order. Throws an Error that names the parameter. */
async function knownWitnesses(urls: string, vkeys: string): Promise<readonly KnownWitness[]> {
  const [addresses, keys] = [wordsOf(urls), wordsOf(vkeys)];
  if (addresses.length !== keys.length)
    throw new Error(`WitnessUrl names ${addresses.length} witnesses, WitnessKey ${keys.length}`);
  const known = addresses.map(async (url, at) => {
    const key = await readVerifierKey(keys[at] ?? '', nodeCryptography());
    if (isRefused(key)) throw new Error(`WitnessKey: ${key.refused}`);
    if (key.type !== NOTE_TYPES.cosignature) throw new Error('WitnessKey: a witness has a key of type 0x04');
    return { key, witness: httpWitness({ url }) };
  });
  return Promise.all(known);
}

function wordsOf(list: string): readonly string[] {
  return list.split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()]));
}
