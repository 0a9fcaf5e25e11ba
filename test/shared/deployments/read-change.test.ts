import { expect, test } from 'vitest';
import { readChange } from '../../../shared/deployments/read-change.ts';
import { gatherFacts } from '../../../shared/deployments/rules/gather-facts.ts';
import { Fault } from '../../../shared/kernel/index.ts';
import { memoryForge } from '../../support/memory-forge.ts';

const SHOP = 'acme/shop';

function world() {
  const forge = memoryForge(() => 0);
  const commit = (message: string, files: Readonly<Record<string, string>> = {}) =>
    forge.commit(SHOP, 'main', message, files);
  const base = commit('feat: first', { 'a.ts': 'one\n' });
  const read = (revision: string, from: string | undefined = base) =>
    readChange({ forge }, { repository: SHOP, revision, base: from, caller: {} });
  return { forge, commit, base, read };
}

test('a change is what lies between what runs now and the revision, with its authors and checks', async () => {
  const { forge, commit, base, read } = world();
  const first = commit('feat: second\n\nwith words below', { 'a.ts': 'two\n' });
  const revision = commit('fix: third', { 'db/migrate/1.sql': 'DROP TABLE t;\n' });
  forge.authorOf(SHOP, first, 'eve');
  forge.setChecks(SHOP, revision, 'success');
  const inputs = await read(revision);
  expect(inputs).toEqual({
    ...{ repository: SHOP, revision, base, caller: {}, checks: 'success', unseen: null, takenBack: 0 },
    ...{ titles: ['fix: third', 'feat: second'], authors: ['dev', 'eve'], anonymous: 0, author: 'dev' },
    files: [
      { path: 'a.ts', status: 'modified', additions: 1, deletions: 1 },
      { path: 'db/migrate/1.sql', status: 'added', additions: 1, deletions: 0, destroys: ['drops data'] },
    ],
  });
  expect(gatherFacts.decide(inputs).facts).toMatchObject({ lines: 3, files: 2, irreversible: true });
});

test('a hotfix is read from the titles of the commits, also where nothing else is known', async () => {
  const { forge, commit, read } = world();
  const first = commit('Merge pull request #7 from acme/hotfix/tax');
  const revision = commit('feat: more');
  expect(gatherFacts.decide(await read(revision)).facts.hotfix).toBe(true);
  const caller = { hotfix: false };
  const alone = await readChange({ forge }, { repository: SHOP, revision: first, base: undefined, caller });
  expect(gatherFacts.decide(alone).facts.hotfix).toBe(true);
});

test('the words of a file are looked at and not kept', async () => {
  const { commit, read } = world();
  const inputs = await read(commit('feat: data', { 'db/migrate/1.sql': "UPDATE t SET key = 'hunter2';\n" }));
  expect(JSON.stringify(inputs)).not.toContain('hunter2');
});

test('going back reads what is taken back', async () => {
  const { commit, base, read } = world();
  const now = commit('feat: table', { 'db/migrate/1.sql': 'DROP TABLE t;\n' });
  const inputs = await read(base, now);
  expect(inputs).toMatchObject({ takenBack: 1, titles: [] });
  expect(gatherFacts.decide(inputs).facts).toMatchObject({ migration: true, irreversible: true, files: 1 });
});

test('a file that both ways of a diverged line change is one file with the lines of both', async () => {
  const { forge, commit, base, read } = world();
  const now = commit('feat: main', { 'b.sql': 'TRUNCATE t;\n' });
  await forge.createBranch(SHOP, 'release', base);
  const revision = forge.commit(SHOP, 'release', 'feat: release', { 'b.sql': 'DROP TABLE t;\nSELECT 1;\n' });
  const { files } = await read(revision, now);
  expect(files).toEqual([
    {
      ...{ path: 'b.sql', status: 'added', additions: 3, deletions: 0 },
      destroys: ['drops data', 'deletes or rewrites rows'],
    },
  ]);
});

test.each([undefined, 'v7', 'main'])('with %j as what runs now, nothing was seen', async (from) => {
  const { forge, base } = world();
  const inputs = await readChange({ forge }, { repository: SHOP, revision: base, base: from, caller: {} });
  expect(inputs).toMatchObject({ base: null, unseen: 'NO_BASE', files: [], titles: ['feat: first'] });
});

test('what runs now may be gone from the repository after a history was rewritten', async () => {
  const { base, read } = world();
  expect(await read(base, 'f'.repeat(40))).toMatchObject({ unseen: 'BASE_GONE' });
});

test.each(['main', 'abc', '', 'f'.repeat(40), `${'a'.repeat(39)}G`])(
  'the revision %j is one clear refusal',
  async (revision) => {
    const { read } = world();
    await expect(read(revision)).rejects.toMatchObject({
      name: 'InvalidInput',
      issues: [{ path: 'revision', message: 'must be a commit of acme/shop, by its full sha' }],
    });
  },
);

test.each(['readCommit', 'compare', 'ci'])('a forge that cannot answer %s gives no facts', async (call) => {
  const { forge, base, read } = world();
  forge.refuse = (name) => (name === call ? new Fault('Unavailable', 'down') : undefined);
  await expect(read(base)).rejects.toMatchObject({ name: 'Unavailable' });
});

test('a commit that no account is known for is counted, and has no author', async () => {
  const { forge, commit, read } = world();
  const revision = commit('feat: by somebody');
  forge.authorOf(SHOP, revision, undefined);
  const inputs = await read(revision);
  expect(inputs).toMatchObject({ author: null, authors: [], anonymous: 1 });
  expect(gatherFacts.decide(inputs).facts).not.toHaveProperty('author');
});
