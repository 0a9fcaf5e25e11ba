import { type Bench, held, type Measured, type Say, type Table } from './result.ts';
import { explainedHoles, forgedExpiries } from './tamper-holes-run.ts';
import { cleanLedgers, type MatrixLine, tamperMatrix } from './tamper-run.ts';

const SIZES = [1, 2, 3, 255, 256, 257, 258, 511, 512, 513, 600, 1_000];
const CLEAN = 1_000;
const NOTES = [
  'Entries are tampered with in the table, with and without linking all later ones anew; tiles and checkpoints are in a locked bucket and stay, except where the name says so. The bounds of a rewrite of entries and tiles are the checkpoints before and after its beginning (every 97 entries here): nothing else tells where it began.',
  'Forged expiries are payloads that are gone, judged as `holdfast ledger replay` judges them: by the entries of erasures and expiries, and by what those say, where it is what the ledger committed to. Who may seal entries can erase, and says so for good: an erasure that came later than the decision is no forgery.',
  'Forks, a freeze and the replay of another ledger are about no entry: the size, the age, the origin are named.',
];

export const tamperBench: Bench = {
  name: 'tamper',
  summary:
    'Every way of tampering with a published ledger, at the first, a middle and the last entry and at the edges of tiles (254 to 257, 511, 512), on ledgers of 1 to 1,000 entries; then 1,000 ledgers that nobody touched.',
  run: measure,
};

async function measure(say: Say): Promise<Measured> {
  const matrix = [
    ...(await tamperMatrix(SIZES, (name) => say(`  ${name}`))),
    ...(await forgedExpiries(SIZES)),
  ];
  const explained = await explainedHoles(SIZES);
  const clean = await cleanLedgers(Array.from({ length: CLEAN }, (_, size) => size));
  const sum = (of: (line: MatrixLine) => number) => matrix.reduce((total, line) => total + of(line), 0);
  const percent = (part: number, whole: number) => Math.floor((part / whole) * 1000) / 10;
  const runs = sum((line) => line.runs);
  return {
    rows: [
      held(
        {
          measure: `found, of ${runs}`,
          value: percent(
            sum(({ found }) => found),
            runs,
          ),
          unit: '%',
        },
        { atLeast: 100 },
      ),
      held(
        {
          measure: `first bad entry named exactly, of ${sum(({ exactOf }) => exactOf)} that have one`,
          ...{
            value: percent(
              sum(({ exact }) => exact),
              sum(({ exactOf }) => exactOf),
            ),
            unit: '%',
          },
        },
        { atLeast: 100 },
      ),
      {
        measure: 'rewrites of everything whose bounds hold the first bad entry',
        value: percent(
          sum(({ bounded }) => bounded),
          sum(({ boundedOf }) => boundedOf),
        ),
        unit: '%',
      },
      held(
        {
          measure: `false alarms on ${clean.runs} clean ledgers of 0 to ${CLEAN - 1} entries`,
          value: clean.alarms.length,
          unit: '',
        },
        { below: 1 },
      ),
      held(
        {
          measure: `false alarms on ${explained.runs} ledgers without any payloads, each explained`,
          ...{ value: explained.alarms.length, unit: '' },
        },
        { below: 1 },
      ),
    ],
    tables: [tableOf(matrix)],
    samples: { runs: matrix.map((line) => line.runs), found: matrix.map(({ found }) => found) },
    details: {
      sizes: SIZES,
      wrong: matrix.flatMap(({ wrong }) => wrong),
      alarms: [...clean.alarms, ...explained.alarms],
    },
    notes: NOTES,
  };
}

function tableOf(matrix: readonly MatrixLine[]): Table {
  return {
    title: 'Each tampering',
    head: ['tampering', 'runs', 'found', 'named exactly', 'within the bounds'],
    lines: matrix.map(({ name, runs, found, exact, exactOf, bounded, boundedOf }) => [
      ...[name, String(runs), String(found)],
      ...[exactOf === 0 ? '' : `${exact} of ${exactOf}`, boundedOf === 0 ? '' : `${bounded} of ${boundedOf}`],
    ]),
  };
}
