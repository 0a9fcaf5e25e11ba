import { dynamoCheckpoints } from '../../shared/adapters/aws/dynamodb-checkpoints.ts';
import { backOff } from '../../shared/adapters/aws/failures.ts';
import { kmsClient, kmsSigner } from '../../shared/adapters/aws/kms-signer.ts';
import { s3Client, s3LedgerFiles } from '../../shared/adapters/aws/s3-ledger-files.ts';
import type { SealDeps } from '../../shared/ledger/index.ts';
import { originOf, type PublishDeps, type RingDeps, type Signer } from '../../shared/ledger/publish/index.ts';
import type { RotateDeps } from '../../shared/ledger/rotate/index.ts';
import { checkpointQueue } from './ask-checkpoint.ts';
import { cosigner } from './cosigner.ts';
import { once, optional, required } from './environment.ts';
import { ledger } from './ledger.ts';
import { meter } from './observe.ts';
import { tables } from './tables.ts';
import { clock } from './world.ts';

// 65,536 entries: their files take about 45 MB.
const HELD_TILES = 256;

/** The name of the ledger in its checkpoints, and of its key. */
export const origin = once(() => originOf(optional('LEDGER_ORIGIN', ''), required('LEDGER_ID')));

/** The newest checkpoint, and where the full tiles end. */
export const checkpoints = once(() =>
  dynamoCheckpoints({
    ...{ client: tables(), table: required('LEDGER_TABLE'), ledgerId: required('LEDGER_ID') },
  }),
);

/** The ledger's files under lock. */
export const ledgerFiles = once(() =>
  s3LedgerFiles({ client: s3Client(), bucket: required('LEDGER_BUCKET') }),
);

/** The keys of the ledger in their order: the first one, those that followed, and the spare. */
export const signers = once((): readonly [Signer, ...Signer[]] => {
  const client = kmsClient();
  const [first = '', ...later] = required('LEDGER_KEYS').split(',');
  return [kmsSigner({ client, keyId: first }), ...later.map((keyId) => kmsSigner({ client, keyId }))];
});

/** Which keys are in force is read from the ledger itself. */
export const ringDeps = once((): RingDeps => ({ ledger: ledger(), signers: signers(), origin: origin() }));

/** What publishing needs. */
export const publishDeps = once(
  (): PublishDeps => ({
    ...{
      ledger: ledger(),
      checkpoints: checkpoints(),
      files: ledgerFiles(),
      signers: signers(),
      queue: checkpointQueue(),
    },
    ...{ origin: origin(), clock, meter: meter(), pause: backOff, heldTiles: HELD_TILES },
    cosign: cosigner({ ledger: ledger(), checkpoints: checkpoints(), files: ledgerFiles() }),
  }),
);

/** What putting the next key in force needs, over what sealing needs. */
export const rotateDeps = (seal: SealDeps): RotateDeps => ({
  ...seal,
  ...{ files: ledgerFiles(), signers: signers(), origin: origin() },
});
