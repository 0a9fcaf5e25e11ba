import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { ROOT } from '../conventions/tree.ts';
import { RELEASES, unkeptReleases } from './releases.ts';

/** With a machine, and with what it sent: the folder alone keeps nothing. */
const KEPT = RELEASES.filter(({ functions, sent }) => functions.length > 0 && sent.length > 0);

test('every release that is tagged is kept, its machine and what it sent', () => {
  // if not: "When you cut a release" in docs/runbook.md. Without a repository there are no tags
  const { stdout } = spawnSync('git', ['tag', '--list'], { cwd: ROOT, encoding: 'utf8' });
  const tags = (stdout ?? '').split('\n');
  const kept = KEPT.map(({ release }) => release);
  expect(unkeptReleases(tags, kept)).toEqual([]);
  expect(RELEASES.map(({ release }) => release)).toEqual(kept);
});

test('a release is missed that is tagged and not kept, unless it is older than all that are', () => {
  const tags = ['v0.9.9', 'v0.10.0', '0.11.0', 'v0.10.1', 'v1.0.0', 'v1.0.0-rc.1', 'nightly', ''];
  expect(unkeptReleases(tags, ['0.10.0', '1.0.0'])).toEqual(['0.10.1', '0.11.0']);
  expect(unkeptReleases(tags, ['1.0.0'])).toEqual([]);
  expect(unkeptReleases(['v0.9.9', 'v0.10.0'], ['0.9.9'])).toEqual(['0.10.0']);
  expect(unkeptReleases(['v0.10.0', 'v0.9.9'], [])).toEqual(['0.9.9', '0.10.0']);
});
