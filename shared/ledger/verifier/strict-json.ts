import { type Refusal, refuse } from './bytes.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

const MAX_DEPTH = 64;
const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const PLAIN = String.raw`[^"\\\u0000-\u001f]*`;
const STRING = new RegExp(String.raw`"${PLAIN}(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})${PLAIN})*"`, 'y');
const WORDS: ReadonlyMap<string, Json> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

type Reader = { readonly text: string; at: number; readonly path: string[] };

/** `path`: the names and places that lead to what was refused, parted by dots. */
export type JsonRefusal = Refusal & { readonly path: string };

/**
 * Reads JSON as RFC 8785 wants it: refused are duplicate names, half surrogate pairs and numbers beyond a double, all of
 * which JSON.parse lets by, anything after the value, and more than 64 levels.
 */
export function parseStrict(text: string): { readonly value: Json } | JsonRefusal {
  const reader: Reader = { text, at: 0, path: [] };
  try {
    const value = readValue(reader, 0);
    if (reader.at !== text.length) throw new SyntaxError(`there is more after the value, at ${reader.at}`);
    return { value };
  } catch (thrown) {
    // what was being read when it ended is still in the path
    if (thrown instanceof SyntaxError) return { ...refuse(thrown.message), path: reader.path.join('.') };
    throw thrown;
  }
}

function readValue(reader: Reader, depth: number): Json {
  if (depth > MAX_DEPTH) throw new SyntaxError(`more than ${MAX_DEPTH} levels`);
  take(reader, SPACE);
  const value = readBare(reader, depth);
  take(reader, SPACE);
  return value;
}

function readBare(reader: Reader, depth: number): Json {
  const next = reader.text.charAt(reader.at);
  if (next === '{') return readObject(reader, depth);
  if (next === '[') return readArray(reader, depth);
  if (next === '"') return readString(reader);
  for (const [word, value] of WORDS) {
    if (!reader.text.startsWith(word, reader.at)) continue;
    reader.at += word.length;
    return value;
  }
  return readNumber(reader);
}

function readObject(reader: Reader, depth: number): Json {
  const members = new Map<string, Json>();
  readList(reader, '}', () => {
    take(reader, SPACE);
    const name = readString(reader);
    reader.path.push(name);
    if (members.has(name)) throw new SyntaxError(`the name ${JSON.stringify(name)} stands twice`);
    take(reader, SPACE);
    expectText(reader, ':');
    members.set(name, readValue(reader, depth + 1));
    reader.path.pop();
  });
  return Object.fromEntries(members);
}

function readArray(reader: Reader, depth: number): Json {
  const items: Json[] = [];
  readList(reader, ']', () => {
    reader.path.push(`${items.length}`);
    items.push(readValue(reader, depth + 1));
    reader.path.pop();
  });
  return items;
}

/** What stands between an opening bracket and its end, parted by commas. */
function readList(reader: Reader, end: string, readItem: () => void): void {
  reader.at += 1;
  take(reader, SPACE);
  if (reader.text.charAt(reader.at) === end) {
    reader.at += 1;
    return;
  }
  for (;;) {
    readItem();
    if (reader.text.charAt(reader.at) === ',') {
      reader.at += 1;
      continue;
    }
    expectText(reader, end);
    return;
  }
}

function readString(reader: Reader): string {
  const at = reader.at;
  const value: string = JSON.parse(take(reader, STRING) ?? fail(reader, 'a string'));
  if (!value.isWellFormed()) throw new SyntaxError(`half a surrogate pair in the string at ${at}`);
  return value;
}

function readNumber(reader: Reader): number {
  const at = reader.at;
  const value = Number(take(reader, NUMBER) ?? fail(reader, 'a value'));
  if (!Number.isFinite(value)) throw new SyntaxError(`the number at ${at} is beyond a double`);
  return value;
}

function take(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at;
  const [found] = pattern.exec(reader.text) ?? [];
  if (found !== undefined) reader.at += found.length;
  return found;
}

function expectText(reader: Reader, text: string): void {
  if (!reader.text.startsWith(text, reader.at)) fail(reader, `"${text}"`);
  reader.at += text.length;
}

function fail(reader: Reader, wanted: string): never {
  throw new SyntaxError(`${wanted} is missing at ${reader.at}`);
}
