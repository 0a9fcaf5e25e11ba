import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  ChangeOutline,
  Neighbour,
  PastDeployment,
  PastOutcome,
} from '../shared/deployments/rules/facts.ts';

export const LABELLED_NOW = '2026-11-20T10:00:00.000Z';

export type Question = {
  readonly service: string;
  readonly change: ChangeOutline;
  /** Ids of the past deployments that are about the same thing; none = there is no precedent. */
  readonly relevant: ReadonlySet<string>;
};
export type Labelled = { readonly past: readonly PastDeployment[]; readonly questions: readonly Question[] };

const OUTCOMES: Readonly<Record<string, PastOutcome>> = {
  ok: 'succeeded',
  failed: 'failed',
  'rolled-back': 'rolled-back',
};

/** Who calls whom in the labelled set. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  gateway: ['accounts', 'search', 'orders'],
  orders: ['payments', 'inventory', 'notifications'],
  accounts: ['notifications'],
  search: ['inventory'],
  shipping: ['orders', 'notifications'],
};

/** The neighbours of a service of the labelled set, one edge away either way. */
export function neighboursOf(service: string): readonly Neighbour[] {
  const callers = Object.keys(CALLS).filter((each) => CALLS[each]?.includes(service));
  return [
    ...(CALLS[service] ?? []).map((each) => ({ service: each, relation: 'dependency' as const })),
    ...callers.map((each) => ({ service: each, relation: 'dependent' as const })),
  ];
}

/** Reads the labelled set; its own head explains the form. Throws an Error that names a line it cannot read. */
export function readLabelled(): Labelled {
  const text = readFileSync(join(import.meta.dirname, 'labelled-deployments.txt'), 'utf8');
  const past: PastDeployment[] = [];
  const topics = new Map<string, Set<string>>();
  const asked: { readonly topic: string; readonly change: ChangeOutline }[] = [];
  const also = new Map<string, string>();
  let topic = '';
  for (const line of text.slice(text.indexOf('\n# ')).split('\n')) {
    if (line.startsWith('# ')) {
      topic = line.slice(2);
      topics.set(topic, new Set());
    } else if (line.startsWith('~ ')) also.set(topic, line.slice(2));
    else if (line.startsWith('? ')) asked.push({ topic, change: changeOf(line.slice(2)).change });
    else if (line.startsWith('- ')) {
      const { change, age, outcome } = changeOf(line.slice(2));
      const id = `dpl_${String(past.length).padStart(3, '0')}`;
      past.push({
        id,
        service: serviceOf(topic),
        environment: 'production',
        at: new Date(Date.parse(LABELLED_NOW) - age * 86_400_000).toISOString(),
        change,
        outcome,
      });
      topics.get(topic)?.add(id);
    } else if (line !== '') throw new Error(`cannot read "${line}"`);
  }
  const questions = asked.map((each) => ({
    service: serviceOf(each.topic),
    change: each.change,
    relevant: new Set([...(topics.get(each.topic) ?? []), ...(topics.get(also.get(each.topic) ?? '') ?? [])]),
  }));
  return { past, questions };
}

function serviceOf(topic: string): string {
  return topic.split(' / ')[0] ?? '';
}

const LINE = /^(?<flags>[mch.]+) (?<lines>\d+)\/(?<files>\d+)(?: (?<age>\d+) (?<outcome>\S+))?: (?<text>.+)$/;

function changeOf(line: string): {
  readonly change: ChangeOutline;
  readonly age: number;
  readonly outcome: PastOutcome;
} {
  const found = LINE.exec(line)?.groups;
  if (found === undefined) throw new Error(`cannot read "${line}"`);
  const { flags = '', lines, files, age, outcome = 'ok', text = '' } = found;
  const change = {
    lines: Number(lines),
    files: Number(files),
    migration: flags.includes('m'),
    config: flags.includes('c'),
    hotfix: flags.includes('h'),
    text,
  };
  return { change, age: Number(age ?? 0), outcome: OUTCOMES[outcome] ?? 'failed' };
}
