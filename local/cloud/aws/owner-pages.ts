import { existsSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { basename, join } from 'node:path';
import type { FaultRule, Faults } from './faults.ts';
import { isJson, parseJson } from './shapes.ts';

const LOG_TAIL_CHARACTERS = 200_000;

export type OwnerPages = {
  readonly status: () => unknown;
  readonly metrics: () => unknown;
  readonly logFolder: string;
  readonly faults: Faults;
};

/** What the laptop's owner may see and do without a key: `/_local/status`, `metrics`, `logs?function=`, POST `faults`. */
export function ownerPage(
  pages: OwnerPages,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): boolean {
  const url = new URL(request.url ?? '/', 'http://local');
  const answers: Readonly<Record<string, () => unknown>> = {
    'GET /_local/status': pages.status,
    'GET /_local/metrics': pages.metrics,
    'GET /_local/logs': () => logOf(pages.logFolder, url.searchParams.get('function') ?? ''),
    'POST /_local/faults': () => setFaults(pages.faults, parseJson(body.toString('utf8'))),
  };
  const answer = answers[`${request.method} ${url.pathname}`];
  if (answer === undefined) return false;
  const found = answer();
  response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(found ?? { message: 'Not Found' }));
  return true;
}

function logOf(folder: string, name: string): unknown {
  // Only a name: a path would lead out of the folder.
  const file = join(folder, `${basename(name)}.log`);
  if (!existsSync(file)) return undefined;
  return { function: name, text: readFileSync(file, 'utf8').slice(-LOG_TAIL_CHARACTERS) };
}

function setFaults(faults: Faults, rules: unknown): unknown {
  if (!Array.isArray(rules) || !rules.every(isFaultRule)) return undefined;
  faults.set(rules);
  return { rules: rules.length };
}

function isFaultRule(value: unknown): value is FaultRule {
  return (
    isJson(value) &&
    /^(call|delivery|step)$/.test(String(value.kind)) &&
    /^(delay|fail|throttle|kill|duplicate|reorder)$/.test(String(value.effect)) &&
    typeof value.name === 'string'
  );
}
