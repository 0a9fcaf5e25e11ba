export * from './approval-button.ts';
export * from './forge.ts';
export * from './forge-threads.ts';
export * from './health.ts';
export * from './markers.ts';
export * from './tallies.ts';
export * from './work.ts';
export * from './workflow.ts';
