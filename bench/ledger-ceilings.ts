import { hash } from 'node:crypto';
import { canonicalJson } from '../shared/kernel/index.ts';
import { append, emptyHead, type Unsealed } from '../shared/ledger/index.ts';
import { parseStrict } from '../shared/ledger/verifier/index.ts';
import type { Row } from './result.ts';
import { median } from './statistics.ts';

const CEILING_RUNS = 200_000;
const REPEATS = 3;
const NOW = Date.parse('2026-11-21T10:00:00Z');

export function perSecond(measure: string, value: number): Row & { readonly value: number } {
  return { measure, value: Math.round(value), unit: '/s' };
}

export type Rate = { readonly clock: number; readonly processor: number };

/** How often a second something is done, by the clock and by processor time. */
function rateOf(times: number, work: () => void): Rate {
  const before = process.cpuUsage();
  const startedAt = performance.now();
  work();
  return rate(times, performance.now() - startedAt, process.cpuUsage(before));
}

export function rate(times: number, milliseconds: number, used: NodeJS.CpuUsage): Rate {
  return { clock: (times / milliseconds) * 1000, processor: times / ((used.user + used.system) / 1e6) };
}

/** What the machine can do at best, one operation at a time. */
export function measureCeilings(): readonly Row[] {
  const entry = append(emptyHead('bench'), [record(0)], NOW).entries[0];
  const bytes = Buffer.from(entry?.bytes ?? '');
  const node = new Uint8Array(65);
  const named: readonly (readonly [string, () => unknown])[] = [
    [`ceiling: SHA-256 of an entry (${bytes.length} bytes)`, () => hash('sha256', bytes, 'buffer')],
    ['ceiling: SHA-256 of a node (65 bytes)', () => hash('sha256', node, 'buffer')],
    ['ceiling: canonical JSON of an entry', () => canonicalJson(entry?.entry)],
    ['ceiling: strict parsing of an entry', () => parseStrict(entry?.bytes ?? '')],
  ];
  return named.map(([measure, once]) => {
    const rates = Array.from({ length: REPEATS }, () =>
      rateOf(CEILING_RUNS, () => {
        for (let run = 0; run < CEILING_RUNS; run += 1) once();
      }),
    );
    return perSecond(measure, median(rates.map(({ processor }) => processor)));
  });
}

/** A record that is to be sealed: subjects of seven revisions each. */
export function record(at: number): Unsealed {
  return {
    ...{ kind: 'rollback', id: `rbk_01JD${String(Math.floor(at / 7)).padStart(22, '0')}`, rev: (at % 7) + 1 },
    ...{ via: 'stream', occurredAt: '2026-11-21T10:00:00.000Z', commitment: hash('sha256', String(at)) },
  };
}
