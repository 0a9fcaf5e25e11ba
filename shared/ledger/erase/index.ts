export * from './erase-subject.ts';
export * from './expire-payloads.ts';
export * from './ports.ts';
export * from './read-statement.ts';
export * from './retention.ts';
