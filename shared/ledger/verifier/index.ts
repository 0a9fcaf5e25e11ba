/** The ledger's verifier. Depends on nothing: no Node module, no package; hashing and signatures come from where it runs. */
export * from './audit.ts';
export * from './bytes.ts';
export * from './canonical.ts';
export * from './checkpoint.ts';
export * from './compact-range.ts';
export * from './cryptography.ts';
export * from './entry.ts';
export * from './hashes.ts';
export * from './proof-file.ts';
export * from './proofs.ts';
export * from './signed-note.ts';
export * from './source.ts';
export * from './strict-json.ts';
export * from './tile-files.ts';
export * from './url-source.ts';
export * from './verifier-key.ts';
export * from './web-crypto.ts';
