export * from './forge.ts';
export * from './health.ts';
export * from './work.ts';
export * from './workflow.ts';
