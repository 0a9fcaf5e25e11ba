import { dynamoCheckpoints } from '../../shared/adapters/aws/dynamodb-checkpoints.ts';
import { backOff } from '../../shared/adapters/aws/failures.ts';
import { kmsClient, kmsSigner } from '../../shared/adapters/aws/kms-signer.ts';
import { s3Client, s3LedgerFiles } from '../../shared/adapters/aws/s3-ledger-files.ts';
import { originOf, type PublishDeps } from '../../shared/ledger/publish/index.ts';
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

/** The ledger's key. */
export const signer = once(() => kmsSigner({ client: kmsClient(), keyId: required('LEDGER_KEY') }));

/** What publishing needs. */
export const publishDeps = once(
  (): PublishDeps => ({
    ...{
      ledger: ledger(),
      checkpoints: checkpoints(),
      files: ledgerFiles(),
      signer: signer(),
      queue: checkpointQueue(),
    },
    ...{ origin: origin(), clock, meter: meter(), pause: backOff, heldTiles: HELD_TILES },
    cosign: cosigner({ ledger: ledger(), checkpoints: checkpoints(), files: ledgerFiles() }),
  }),
);
