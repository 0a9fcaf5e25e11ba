/** What a revision of a demo service does, each in code of its own. */
export const BEHAVIOURS = ['good', 'crashing', 'slow', 'flaky', 'red', 'dependent'] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];

/** The files of one revision, path to text. */
export type Files = Readonly<Record<string, string>>;

type Code = {
  /** Top-level statements of `handler.mjs`, before the handler. */
  readonly setUp: string;
  /** Body of `answer({ url }, state)`; gives `{ status, body }`, or a promise of it. */
  readonly answer: string;
  /** Statements of `server.mjs` that run before it listens. */
  readonly boot: string;
  /** Statements that run once it listens. */
  readonly running: string;
};

const ORDER = 'return { status: 200, body: { order: url, total: total([{ price: 1250, count: 2 }]) } };';
const PLAIN: Code = { setUp: '', answer: ORDER, boot: '', running: '' };

const CODES: Record<Behaviour, Code> = {
  good: PLAIN,
  // The bug is in the start-up, where no unit test of the handler sees it; only replica 0 survives it.
  crashing: {
    ...PLAIN,
    boot: `const peers = (process.env.PEERS ?? '').split(',').filter(Boolean);
if (Number(process.env.REPLICA) > 0 && peers[0] === undefined) {
  throw new Error('cannot join replica 0: no peer address');
}
`,
  },
  slow: {
    ...PLAIN,
    setUp: "import { setTimeout as wait } from 'node:timers/promises';\n\n",
    answer: `await wait(800); // one query per line of the order, one after the other\n  ${ORDER}`,
  },
  // 1 of 15 = 6.7 %: clearly below 99 %, clearly above zero. Counted, not drawn: every run is the same.
  flaky: {
    ...PLAIN,
    setUp: 'let requests = 0;\n\n',
    answer: `requests += 1;
  if (requests % 15 === 0) return { status: 503, body: { error: 'the pool of connections is exhausted' } };
  ${ORDER}`,
  },
  red: PLAIN,
  dependent: {
    ...PLAIN,
    // What is gone refuses at once. The limit is for what is only late: a busy machine must not look like an outage.
    boot: `async function dependency() {
  const answer = await fetch(process.env.DEPENDENCY_URL, { signal: AbortSignal.timeout(30_000) });
  if (!answer.ok) throw new Error(\`the dependency answered \${answer.status}\`);
  await answer.arrayBuffer();
}
await dependency(); // without it there is nothing this service could do
`,
    running: 'setInterval(dependency, 150); // a rejection ends the process\n',
  },
};

/**
 * The files of a revision: `server.mjs` (node:http, no dependency), its handler, its unit test and `checks.json`,
 * which names what CI runs. `note` goes into a comment, so that revisions of one behaviour differ.
 */
export function serviceFiles(behaviour: Behaviour, note = behaviour as string): Files {
  const code = CODES[behaviour];
  return {
    'server.mjs': serverText(code),
    'handler.mjs': handlerText(code, note, behaviour === 'red'),
    'server.test.mjs': TEST,
    'checks.json': CHECKS,
  };
}

const CHECKS = `${JSON.stringify({ checks: [{ name: 'unit', command: ['node', 'server.test.mjs'] }] }, null, 2)}\n`;

/** The revision whose own test is red computes a total without the counts. */
function handlerText(code: Code, note: string, wrong: boolean): string {
  const line = wrong ? 'line.price' : 'line.price * line.count';
  return `${code.setUp}// ${note.replaceAll(/[\r\n]/g, ' ')}
export function total(lines) {
  return lines.reduce((sum, line) => sum + ${line}, 0);
}

export async function answer({ url }) {
  ${code.answer}
}
`;
}

/** Ends with whoever holds its stdin: a deployer that was killed leaves no replicas behind. */
function serverText(code: Code): string {
  return `import { createServer } from 'node:http';
import { answer } from './handler.mjs';

${code.boot}const server = createServer(async (request, response) => {
  const { status, body } =
    request.url === '/healthz' ? { status: 200, body: { revision: process.env.REVISION } } : await answer(request);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});
server.listen(Number(process.env.PORT), '127.0.0.1');
${code.running}process.on('SIGTERM', () => server.close(() => process.exit(0)).closeIdleConnections());
process.stdin.on('end', () => process.exit(0)).resume();
`;
}

const TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, total } from './handler.mjs';

test('an order is answered with its total', async () => {
  const { status, body } = await answer({ url: '/orders/7' });
  assert.equal(status, 200);
  assert.equal(body.order, '/orders/7');
});

test('a total counts every piece of every line', () => {
  assert.equal(total([{ price: 1250, count: 2 }, { price: 100, count: 3 }]), 2800);
});
`;
