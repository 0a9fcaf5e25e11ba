export * from './built-in.ts';
export * from './compile.ts';
export * from './contract.ts';
export * from './policy-inputs.ts';
export type * from './ports.ts';
export * from './rules/allowed-autonomy.ts';
export * from './rules/evaluate-policies.ts';
export * from './rules/index.ts';
