/** The part of PromQL that is understood; anything else is refused, so that no query is answered wrongly. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'selector'; readonly selector: Selector }
  | {
      readonly kind: 'over';
      readonly name: 'increase' | 'rate';
      readonly selector: Selector;
      readonly ms: number;
    }
  | { readonly kind: 'sum'; readonly by: readonly string[]; readonly of: Expression }
  | { readonly kind: 'divide'; readonly left: Expression; readonly right: Expression };

export type Selector = { readonly metric: string; readonly matchers: readonly Matcher[] };
export type Matcher = {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
};

const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?(?:ms|[smhdw])(?:\d+(?:ms|[smhdw]))*)|(\d+(?:\.\d+)?)|([A-Za-z_:][\w:]*)|("(?:[^"\\\n]|\\.)*")|(=~|!~|!=|[=(){}[\],/]))/y;
const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const KINDS = ['duration', 'number', 'name', 'string', 'symbol'] as const;
const MAX_LENGTH = 4096;

type Token = { readonly kind: (typeof KINDS)[number] | 'end'; readonly text: string };
type Reader = { readonly tokens: readonly Token[]; at: number };

/** Reads an expression. Throws SyntaxError with what was found where. */
export function parseQuery(query: string): Expression {
  if (query.length > MAX_LENGTH) throw new SyntaxError('the query is too long');
  const reader: Reader = { tokens: tokensOf(query), at: 0 };
  const expression = quotient(reader);
  expect(reader, 'end');
  return expression;
}

function tokensOf(query: string): readonly Token[] {
  const tokens: Token[] = [];
  const text = query.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new SyntaxError(`unexpected text at ${from}: ${text.slice(from, from + 20)}`);
    const group = match.slice(1).findIndex((each) => each !== undefined);
    tokens.push({ kind: KINDS[group] ?? 'end', text: match[group + 1] ?? '' });
  }
  return [...tokens, { kind: 'end', text: '' }];
}

function quotient(reader: Reader): Expression {
  let left = operand(reader);
  while (taken(reader, '/')) left = { kind: 'divide', left, right: operand(reader) };
  return left;
}

function operand(reader: Reader): Expression {
  if (taken(reader, '(')) return closed(reader, quotient(reader));
  if (peek(reader).kind === 'number') return { kind: 'number', value: Number(expect(reader, 'number')) };
  const name = expect(reader, 'name');
  if (name === 'sum') return sum(reader);
  if ((name === 'increase' || name === 'rate') && taken(reader, '('))
    return closed(reader, over(reader, name));
  return { kind: 'selector', selector: { metric: name, matchers: matchersOf(reader) } };
}

/** `sum(x)` and `sum by (a, b) (x)`. */
function sum(reader: Reader): Expression {
  const by: string[] = [];
  if (peek(reader).text === 'by') {
    expect(reader, 'name');
    expect(reader, 'symbol', '(');
    while (!taken(reader, ')')) {
      by.push(expect(reader, 'name'));
      if (!taken(reader, ',') && peek(reader).text !== ')') throw new SyntaxError('a "," or ")" is missing');
    }
  }
  expect(reader, 'symbol', '(');
  return closed(reader, { kind: 'sum', by, of: operand(reader) });
}

function over(reader: Reader, name: 'increase' | 'rate'): Expression {
  const selector = { metric: expect(reader, 'name'), matchers: matchersOf(reader) };
  expect(reader, 'symbol', '[');
  const ms = milliseconds(expect(reader, 'duration'));
  expect(reader, 'symbol', ']');
  return { kind: 'over', name, selector, ms };
}

function matchersOf(reader: Reader): readonly Matcher[] {
  const matchers: Matcher[] = [];
  if (!taken(reader, '{')) return matchers;
  while (!taken(reader, '}')) {
    const label = expect(reader, 'name');
    const operator = expect(reader, 'symbol');
    if (operator !== '=' && operator !== '!=' && operator !== '=~' && operator !== '!~')
      throw new SyntaxError(`${operator} is no matcher`);
    matchers.push({ label, operator, value: unquoted(expect(reader, 'string')) });
    if (!taken(reader, ',') && peek(reader).text !== '}') throw new SyntaxError('a "," or "}" is missing');
  }
  return matchers;
}

function closed(reader: Reader, expression: Expression): Expression {
  expect(reader, 'symbol', ')');
  return expression;
}

function peek(reader: Reader): Token {
  return reader.tokens[reader.at] ?? { kind: 'end', text: '' };
}

function taken(reader: Reader, symbol: string): boolean {
  const token = peek(reader);
  const matches = token.kind === 'symbol' && token.text === symbol;
  if (matches) reader.at += 1;
  return matches;
}

function expect(reader: Reader, kind: Token['kind'], text?: string): string {
  const token = peek(reader);
  if (token.kind !== kind || (text !== undefined && token.text !== text))
    throw new SyntaxError(`${text ?? kind} was expected instead of "${token.text}"`);
  reader.at += 1;
  return token.text;
}

/** `1h30m` and the like, in milliseconds. */
function milliseconds(duration: string): number {
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 0), 0);
}

function unquoted(text: string): string {
  return text.slice(1, -1).replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}
