export { getCheckpoint } from './get-checkpoint.ts';
export { getLedgerKey } from './get-ledger-key.ts';
export { type ProofDeps, ProofParams, proveEntry } from './prove-entry.ts';
export { KeyStatementParams, readKeyStatement } from './read-key-statement.ts';
export { readTileFile } from './read-tile-file.ts';
