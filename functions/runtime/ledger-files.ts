import type { ProofDeps } from '../../shared/ledger/serve/index.ts';
import { checkpoints, ledgerFiles } from './checkpoints.ts';
import { once } from './environment.ts';
import { ledger } from './ledger.ts';

/** What serving files and proofs needs. */
export const filesDeps = once(
  (): ProofDeps => ({ checkpoints: checkpoints(), files: ledgerFiles(), table: ledger() }),
);

/** A heartbeat comes each five minutes, a busy ledger's checkpoint each ten seconds. */
export const BRIEFLY_KEPT = 'public, max-age=5';
/** Its bytes never change, but logs may let go of it. */
export const KEPT_A_WHILE = 'public, max-age=60';
export const KEPT_FOR_EVER = 'public, max-age=31536000, immutable';
