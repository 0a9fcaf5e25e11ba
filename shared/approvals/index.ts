export * from './authorize-request.ts';
export * from './contract.ts';
export type * from './ports.ts';
export * from './rules/role-of.ts';
