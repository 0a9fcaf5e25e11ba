import type { Api } from '../cli/http.ts';
import { holeChecker } from '../cli/ledger-holes.ts';
import { explained, FORGED_EXPIRIES, type Holed } from './tamper-holes.ts';
import { type MatrixLine, placesOf } from './tamper-run.ts';

/** Every forged expiry at every place of ledgers of some sizes, by the rule of `holdfast ledger replay`. */
export async function forgedExpiries(sizes: readonly number[]): Promise<readonly MatrixLine[]> {
  const lines: MatrixLine[] = [];
  for (const { name, apply } of FORGED_EXPIRIES) {
    const wrong: string[] = [];
    let runs = 0;
    let found = 0;
    for (const size of sizes)
      for (const at of placesOf(size)) {
        const holed = apply(size, at);
        const bad = await unexplained(holed);
        const isExact = bad[0] === holed.firstBad;
        runs += 1;
        found += Number(bad.length > 0);
        if (!isExact) wrong.push(`${size} at ${at}: ${bad[0]?.seq}, not ${holed.firstBad?.seq}`);
      }
    const exact = runs - wrong.length;
    lines.push({ ...{ name, runs, found, exact, wrong }, exactOf: runs, bounded: 0, boundedOf: 0 });
  }
  return lines;
}

/** False alarms over ledgers whose payloads may all be gone. */
export async function explainedHoles(
  sizes: readonly number[],
): Promise<{ readonly runs: number; readonly alarms: readonly string[] }> {
  const places = sizes.flatMap((size) => placesOf(size).map((at) => ({ size, at })));
  const alarms: string[] = [];
  for (const { size, at } of places) {
    const bad = await unexplained(explained(size, at));
    if (bad.length > 0) alarms.push(`${size} at ${at}: entry ${bad[0]?.seq}`);
  }
  return { runs: places.length, alarms };
}

/** The payloads that nothing allows to be missing, in their order. */
async function unexplained({ sealed, statements, holes }: Holed): Promise<Holed['holes']> {
  const call: Api = async (_method, path) => {
    const found = statements.get(path.replace('/v1/ledger/statements/', ''));
    if (found === undefined) throw Object.assign(new Error('404'), { exitCode: 1, status: 404 });
    return found;
  };
  const whyMissing = holeChecker(call, sealed);
  const bad: Holed['holes'][number][] = [];
  for (const hole of holes) if ((await whyMissing(hole)) !== undefined) bad.push(hole);
  return bad;
}
