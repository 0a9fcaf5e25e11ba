export * from './autonomy.ts';
export * from './contract.ts';
export * from './put-autonomy.ts';
export * from './put-kill-switch.ts';
export * from './put-service.ts';
export * from './read-service.ts';
export * from './rules/index.ts';
export * from './service-view.ts';
