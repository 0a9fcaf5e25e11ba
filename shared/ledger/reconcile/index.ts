export * from './ports.ts';
export * from './reconcile-ledger.ts';
