export * from './rotate-key.ts';
