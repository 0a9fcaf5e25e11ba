import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { call, REPOSITORY, startReceiver, startTestForge } from '../local/forge/sandbox.ts';
import { handbookFolder } from '../support/handbook.ts';

const folder = join(handbookFolder() ?? '/absent', 'payloads');
const absent = !existsSync(folder);

/** Paths of all fields, two levels deep. */
function fieldsOf(value: unknown): string[] {
  const entries: readonly (readonly [string, unknown])[] = Object.entries(Object(value));
  return entries.flatMap(([name, inner]) => [
    name,
    ...Object.keys(Object(inner)).map((key) => `${name}.${key}`),
  ]);
}

test.skipIf(absent)(
  'the sandbox’s deliveries of comments and reviews have every field of GitHub’s (skipped where the handbook is absent)',
  async () => {
    const receiver = await startReceiver();
    const forge = await startTestForge({ webhook: { url: receiver.url, secret: 's' } });
    await forge.createRepository(REPOSITORY, { 'a.txt': 'a' });
    await forge.commit(REPOSITORY, 'feature', { 'b.txt': 'b' }, 'feat: b');
    await call(forge, 'POST', '/pulls', { title: 'b', head: 'feature', base: 'main' });
    const request = { repository: REPOSITORY, number: 1, login: 'ada' };
    await forge.comment({ ...request, body: 'hello' });
    await forge.review({ ...request, state: 'COMMENTED' });
    await forge.idle();
    for (const file of ['issue_comment-created', 'pull_request_review-submitted']) {
      const recorded: unknown = JSON.parse(readFileSync(join(folder, `github-${file}.json`), 'utf8')).payload;
      const wanted = fieldsOf(recorded);
      expect(wanted.length, file).toBeGreaterThan(50);
      const [ours] = receiver.of(file.split('-')[0] ?? '');
      expect(fieldsOf(ours), file).toEqual(expect.arrayContaining(wanted));
    }
    await forge.close();
    receiver.close();
  },
);
