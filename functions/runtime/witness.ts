import { dynamoWitness } from '../../shared/adapters/aws/dynamodb-witness.ts';
import { kmsClient, kmsSigner } from '../../shared/adapters/aws/kms-signer.ts';
import { nodeCryptography } from '../../shared/ledger/node-crypto.ts';
import { isRefused } from '../../shared/ledger/verifier/index.ts';
import { readLogKeys, type WitnessDeps, witnessKey } from '../../shared/ledger/witness/index.ts';
import { once, required } from './environment.ts';
import { tables } from './tables.ts';
import { clock } from './world.ts';

const signer = once(() => kmsSigner({ client: kmsClient(), keyId: required('WITNESS_KEY') }));
const store = once(() => dynamoWitness({ client: tables(), table: required('WITNESS_TABLE') }));
const cryptography = once(nodeCryptography);

/** What a witness needs. Throws an Error that names the parameter which is wrong. */
export async function witnessDeps(): Promise<WitnessDeps> {
  const read = await readLogKeys(required('WITNESS_LOGS'), cryptography());
  if (isRefused(read)) throw new Error(`LogKeys: ${read.refused}`);
  const key = await witnessKey(required('WITNESS_NAME'), await signer().publicKey(), cryptography());
  if (isRefused(key)) throw new Error(`WitnessName: ${key.refused}`);
  return { store: store(), signer: signer(), key, logs: read.logs, clock, cryptography: cryptography() };
}
