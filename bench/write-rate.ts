import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAssembly } from '../local/build.ts';
import { createDynamoDb, type DynamoDb } from '../local/cloud/dynamodb/dynamodb.ts';
import { readTemplate } from '../local/cloud/template/template.ts';
import type { Resource } from '../local/cloud/types.ts';
import { tableNamed } from './fresh-world.ts';
import { processorSeconds } from './processor-time.ts';
import { type Bench, held, type Measured, ROOT, type Row, type Say } from './result.ts';
import { median, rounded } from './statistics.ts';

const RECORDS = 21_000;
const WINDOW = 2000;
const AT_ONCE = 16;
const ROUNDS = 3;

/** Windows of 2,000 records around the 2,000th and around the 20,000th. */
const EARLY = 1000;
const LATE = 19_000;

export const writeRateBench: Bench = {
  name: 'write-rate',
  summary:
    'PutItem on a table with a stream in the embedded engine: does writing slow down as the stream grows?',
  run: measure,
};

async function measure(say: Say): Promise<Measured> {
  const { assembly } = await buildAssembly({ root: ROOT, log: say });
  const { resources } = readTemplate({
    folder: assembly,
    issuerUrl: 'http://127.0.0.1:1/issuer',
    apiUrl: 'http://127.0.0.1:1',
  });
  const samples: Record<string, number[]> = {};
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const table of ['Decisions', 'Signals']) {
      const rates = await ratesOf(resources, table);
      for (const [name, rate] of Object.entries(rates)) {
        const key = `${table.toLowerCase()} ${name}`;
        samples[key] = [...(samples[key] ?? []), rounded(rate)];
      }
      say(`  ${table}: ${JSON.stringify(rates)}`);
    }
  }
  return {
    rows: ['decisions', 'signals'].flatMap((table) => rowsOf(table, samples)),
    samples,
    notes: [
      `Windows of ${WINDOW} records around the 2,000th and the 20,000th, ${AT_ONCE} writes at once, median of ${ROUNDS} rounds. By CPU: writes per second of the engine's own processor time, which others on the machine cannot take away.`,
    ],
  };
}

function rowsOf(table: string, samples: Readonly<Record<string, readonly number[]>>): readonly Row[] {
  const of = (name: string) => median(samples[`${table} ${name}`] ?? []);
  const share = (name: string) => rounded((100 * of(`late ${name}`)) / of(`early ${name}`));
  return [
    { measure: `${table}: at 2,000 records`, value: of('early rate'), unit: 'writes/s' },
    { measure: `${table}: at 20,000 records`, value: of('late rate'), unit: 'writes/s' },
    held({ measure: `${table}: kept`, value: share('rate'), unit: '%' }, { atLeast: 80 }),
    held({ measure: `${table}: kept, by CPU`, value: share('by CPU'), unit: '%' }, { atLeast: 80 }),
  ];
}

async function ratesOf(
  resources: readonly Resource[],
  construct: string,
): Promise<Readonly<Record<string, number>>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const dynamodb = await createDynamoDb({ resources, dataDir });
  const pid = readFileSync(join(dataDir, 'dynamodb.pid'), 'utf8');
  const writer = { dynamodb, table: tableNamed(resources, construct), pid };
  try {
    await write(writer, 0, EARLY);
    const early = await write(writer, EARLY, WINDOW);
    await write(writer, EARLY + WINDOW, LATE - EARLY - WINDOW);
    const late = await write(writer, LATE, RECORDS - LATE);
    return {
      'early rate': early.rate,
      'late rate': late.rate,
      'early by CPU': early.byCpu,
      'late by CPU': late.byCpu,
    };
  } finally {
    await dynamodb.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

type Writer = { readonly dynamodb: DynamoDb; readonly table: string; readonly pid: string };

/** Writes `count` new items; gives the writes a second of wall time and of the engine's processor time. */
async function write({ dynamodb, table, pid }: Writer, from: number, count: number) {
  let next = from;
  const [cpu, startedAt] = [processorSeconds(pid), performance.now()];
  const work = async (): Promise<void> => {
    for (let number = next++; number < from + count; number = next++) {
      await dynamodb.service('PutItem', { TableName: table, Item: itemOf(number) }, { kind: 'owner' });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const seconds = (performance.now() - startedAt) / 1000;
  return { rate: Math.round(count / seconds), byCpu: Math.round(count / (processorSeconds(pid) - cpu)) };
}

/** As large as an envelope or a signal: about 700 bytes. */
function itemOf(number: number): Record<string, unknown> {
  const id = number.toString(16).padStart(26, '0');
  const at = new Date(Date.UTC(2026, 0, 1) + number).toISOString();
  return {
    ...{ pk: { S: `ROLLBACK#${id}` }, sk: { S: 'REV#000001' }, v: { N: '1' }, at: { S: at } },
    ...{ fingerprint: { S: id }, receivedAt: { S: at }, routing: { S: 'new' } },
    text: { S: 'x'.repeat(500) },
  };
}
