import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseAllDocuments,
  type Scalar,
} from 'yaml';
import { Fault } from '../../kernel/fault.ts';

export type FoundScalar = {
  readonly value: string;
  /** Where the scalar with its quotes stands in the text. */
  readonly start: number;
  readonly end: number;
  readonly style: 'PLAIN' | 'QUOTE_SINGLE' | 'QUOTE_DOUBLE';
  /** Of the document that holds it, from 0. */
  readonly document: number;
};
type Documents = readonly Document.Parsed[];

const ONE_LINE_STYLES: readonly string[] = ['PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE'];
const INDEX = /^(?:0|[1-9]\d*)$/;
const POINTER = /^(?:\/(?:[^~/]|~[01])*)+$/;

export function refusal(pointer: string, message: string, cause?: unknown): Fault {
  return new Fault('InvalidInput', `${pointer} ${message}`, { cause, issues: [{ path: pointer, message }] });
}

/** All documents of a text; an error in any of them (a key given twice is one) refuses the whole. */
export function parseDocuments(text: string, pointer: string): Documents {
  const documents = parseAllDocuments(text, { logLevel: 'error' }); // a Lambda's log is no place for its warnings
  if (!Array.isArray(documents)) throw refusal(pointer, 'stands in no document: the text is empty');
  for (const { errors } of documents) {
    const [error] = errors;
    if (error !== undefined) throw refusal(pointer, `stands in a broken document: ${error.message}`, error);
  }
  for (const document of documents) refuseUnreadable(document, pointer);
  return documents;
}

/** Aliases of nothing, and aliases that multiply without bound, show only when a document is read as values. */
function refuseUnreadable(document: Document.Parsed, pointer: string): void {
  try {
    document.toJS();
  } catch (cause) {
    throw refusal(pointer, 'stands in a document that cannot be read', cause);
  }
}

/** The one string that the pointer names in exactly one of the documents. */
export function findScalar(
  text: string,
  pointer: string,
  documents = parseDocuments(text, pointer),
): FoundScalar {
  if (!POINTER.test(pointer)) throw refusal(pointer, 'is no JSON pointer to a field');
  const keys = pointer.slice(1).split('/').map(unescapedKey);
  const nodes = documents.flatMap((document, index) => {
    const node = nodeAt(document.contents, keys, pointer);
    return node === undefined ? [] : [{ node, index }];
  });
  const [found, ...others] = nodes;
  if (found === undefined) throw refusal(pointer, 'is not there');
  if (others.length > 0) throw refusal(pointer, 'stands in more than one document');
  return plainString(found.node, { text, pointer, document: found.index });
}

function unescapedKey(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~');
}

function nodeAt(root: Node | null, keys: readonly string[], pointer: string): Node | undefined {
  let node: Node | undefined = root ?? undefined;
  for (const key of keys) {
    if (node === undefined) return undefined;
    refuseShared(node, pointer);
    node = childOf(node, key, pointer);
  }
  if (node !== undefined) refuseShared(node, pointer);
  return node;
}

/** What an anchor, an alias or a merge key shares with other places would change there too. */
function refuseShared(node: Node, pointer: string): void {
  if (isAlias(node)) throw refusal(pointer, `leads through the alias *${node.source}`);
  if ('anchor' in node && node.anchor !== undefined)
    throw refusal(pointer, `leads through the anchor &${node.anchor}`);
  if (isMap(node) && node.items.some((pair) => keyText(pair.key) === '<<')) {
    throw refusal(pointer, 'leads through a map with a merge key (<<)');
  }
}

function childOf(node: Node, key: string, pointer: string): Node | undefined {
  if (isSeq<Node>(node)) return INDEX.test(key) ? node.items[Number(key)] : undefined;
  if (!isMap<unknown, Node | null>(node)) return undefined;
  const pairs = node.items.filter((pair) => keyText(pair.key) === key);
  if (pairs.length > 1) throw refusal(pointer, `names ${pairs.length} keys that read alike`);
  return pairs[0]?.value ?? undefined;
}

function keyText(key: unknown): string | undefined {
  return isScalar(key) ? String(key.value) : undefined;
}

function plainString(
  node: Node,
  at: { readonly text: string; readonly pointer: string; readonly document: number },
): FoundScalar {
  const { text, pointer, document } = at;
  if (!isScalar(node)) throw refusal(pointer, 'is not a scalar');
  if (!isOneLineStyle(node.type)) throw refusal(pointer, 'is a block scalar');
  if (node.tag !== undefined) throw refusal(pointer, `carries the tag ${node.tag}`);
  if (typeof node.value !== 'string') {
    throw refusal(
      pointer,
      `reads as ${node.value === null ? 'null' : typeof node.value}, not as a string; quote it`,
    );
  }
  const [start, end] = node.range ?? [0, 0];
  if (/[\r\n]/.test(text.slice(start, end))) throw refusal(pointer, 'goes over several lines');
  return { value: node.value, start, end, style: node.type, document };
}

function isOneLineStyle(type: Scalar['type']): type is FoundScalar['style'] {
  return type !== undefined && ONE_LINE_STYLES.includes(type);
}
