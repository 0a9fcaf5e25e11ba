export * from './add-checkpoint.ts';
export * from './ports.ts';
export * from './read-request.ts';
export * from './serve-witness.ts';
export * from './witness-keys.ts';
