import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { functionsOf } from './handlers-of-today.ts';

const Sent = z.array(z.object({ task: z.string(), payload: z.record(z.string(), z.unknown()) }));
export type Sent = z.infer<typeof Sent>;

const MACHINE = 'roll-back-service.asl.json';
const SENT = 'payloads.json';

/**
 * The releases that are kept, each with its machine as it was committed for the release, since an execution keeps the
 * definition it was started with; and with what that machine sent while its functions were of that release.
 */
export const RELEASES = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name: release }) => {
    const machine = readFileSync(fileOf(release, MACHINE), 'utf8');
    const file = fileOf(release, SENT);
    const sent = existsSync(file) ? Sent.parse(JSON.parse(readFileSync(file, 'utf8'))) : [];
    return { release, machine, functions: functionsOf(machine), sent };
  });

/** The tag of a release: `v1.2.3`, with or without the letter. */
const TAG = /^v?(\d+\.\d+\.\d+)$/;

/**
 * The releases among a repository's tags that are not kept: executions that they started would run untested on the
 * functions of today. Those before the oldest that is kept may have gone; a tag of another form is no release.
 */
export function unkeptReleases(tags: readonly string[], kept: readonly string[]): readonly string[] {
  const oldest = kept.toSorted(byVersion)[0];
  return tags
    .flatMap((tag) => TAG.exec(tag)?.[1] ?? [])
    .filter((release) => !kept.includes(release))
    .filter((release) => oldest === undefined || byVersion(release, oldest) > 0)
    .sort(byVersion);
}

function byVersion(one: string, other: string): number {
  const [a, b] = [one, other].map((version) => version.split('.').map(Number));
  const differs = a?.findIndex((part, index) => part !== b?.[index]) ?? -1;
  return differs < 0 ? 0 : (a?.[differs] ?? 0) - (b?.[differs] ?? 0);
}

/** Keeps one of what was sent to each task in each state, for a release of which nothing is kept yet. */
export function keepSent(release: string, sent: Sent): void {
  if (existsSync(fileOf(release, SENT))) return;
  const firsts = new Map(sent.toReversed().map((each) => [`${each.task} ${each.payload.state}`, each]));
  writeFileSync(fileOf(release, SENT), `${JSON.stringify([...firsts.values()].reverse(), null, 2)}\n`);
}

function fileOf(release: string, name: string): string {
  return join(import.meta.dirname, release, name);
}
