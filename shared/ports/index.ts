export * from './approval-button.ts';
export * from './forge.ts';
export * from './health.ts';
export * from './tallies.ts';
export * from './work.ts';
export * from './workflow.ts';
