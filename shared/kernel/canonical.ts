import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { Fault } from './fault.ts';

/**
 * RFC 8785 (JCS) text of a JSON value. Undefined members are left out, as JSON does.
 * Throws Fault('InvalidInput') for what JSON cannot carry: lone surrogates, non-finite numbers, cycles.
 */
export function canonicalJson(value: unknown): string {
  try {
    const text = canonicalize(value);
    if (text !== undefined) return text;
  } catch (cause) {
    throw new Fault('InvalidInput', 'the value has no canonical JSON form', { cause });
  }
  throw new Fault('InvalidInput', 'the value has no canonical JSON form');
}

/** SHA-256 over the parts in order, lower-case hex. Strings count as their UTF-8 bytes. */
export function sha256Hex(...parts: readonly (Uint8Array | string)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
