export * from './contract.ts';
export * from './rules/allowed-autonomy.ts';
export * from './rules/evaluate-policies.ts';
export * from './rules/index.ts';
