import { Buffer } from 'node:buffer';
import * as z from 'zod';
import { Fault } from '../../kernel/index.ts';

const Cursor = z.tuple([z.string(), z.string(), z.string()]);

/** Where a page of heads ended: the index key that was read, and the last head's creation time and key. */
export type HeadCursor = { readonly index: string; readonly createdAt: string; readonly pk: string };

/** An opaque text: callers hand it back as it is. */
export function encodeCursor(cursor: HeadCursor): string {
  return Buffer.from(JSON.stringify([cursor.index, cursor.createdAt, cursor.pk])).toString('base64url');
}

/** Throws Fault('InvalidInput') for a text that is no cursor, or the cursor of another list. */
export function decodeCursor(text: string, index: string): HeadCursor {
  const parsed = Cursor.safeParse(jsonOf(Buffer.from(text, 'base64url').toString('utf8')));
  if (!parsed.success || parsed.data[0] !== index) {
    throw new Fault('InvalidInput', 'the cursor does not belong to this list', {
      issues: [{ path: 'cursor', message: 'take it from the answer to the same query' }],
    });
  }
  return { index, createdAt: parsed.data[1], pk: parsed.data[2] };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
