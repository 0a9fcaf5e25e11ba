import { dynamoPayloads, dynamoStatements } from '../../shared/adapters/aws/dynamodb-payloads.ts';
import { dynamoPlaces } from '../../shared/adapters/aws/dynamodb-places.ts';
import { dynamoRawDecisions } from '../../shared/adapters/aws/dynamodb-raw-decisions.ts';
import type { EraseDeps, ExpireDeps } from '../../shared/ledger/erase/index.ts';
import type { SealDeps } from '../../shared/ledger/index.ts';
import type { ReconcileDeps } from '../../shared/ledger/reconcile/index.ts';
import { once, required } from './environment.ts';
import { logger } from './observe.ts';
import { store } from './store.ts';
import { tables } from './tables.ts';

const places = once(() => dynamoPlaces({ client: tables(), table: required('WORK_TABLE') }));

const payloads = once(() => dynamoPayloads({ client: tables(), table: required('PAYLOADS_TABLE') }));

/** What the ledger's own entries say. */
export const statements = once(() =>
  dynamoStatements({ client: tables(), table: required('PAYLOADS_TABLE') }),
);

/** What looking for unsealed decisions needs, over what sealing needs. */
export const reconcileDeps = (seal: SealDeps): ReconcileDeps => ({
  ...seal,
  store: store(),
  decisions: dynamoRawDecisions({ client: tables(), table: required('DECISIONS_TABLE') }),
  places: places(),
  tellUnsealable: ({ kind, id, revs }) =>
    logger.error('revisions are in no table and were never sealed', { kind, id, revs }),
});

/** What erasing a subject needs. */
export const eraseDeps = (seal: SealDeps): EraseDeps => ({ ...seal, store: store(), payloads: payloads() });

/** What the expiry of payloads needs. */
export const expireDeps = (seal: SealDeps): ExpireDeps => ({ ...eraseDeps(seal), places: places() });
