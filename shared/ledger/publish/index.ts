export * from './ask-checkpoint.ts';
export * from './cosign-checkpoint.ts';
export * from './key-ring.ts';
export * from './note.ts';
export * from './ports.ts';
export * from './prove-growth.ts';
export * from './publish-checkpoint.ts';
