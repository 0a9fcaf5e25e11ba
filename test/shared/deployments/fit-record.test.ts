import { expect, test } from 'vitest';
import { fitFiles, fitPast, fitTitles } from '../../../shared/deployments/fit-record.ts';
import { gatherFacts } from '../../../shared/deployments/rules/gather-facts.ts';

const file = (path: string) => ({ path, status: 'modified', additions: 10, deletions: 2 });
const LONG = 'packages/checkout/src/features/payments/providers/some-provider-with-a-long-name';
const factsOf = (files: ReturnType<typeof fitFiles>) =>
  gatherFacts.decide({
    ...{ repository: 'acme/shop', revision: 'a'.repeat(40), base: 'b'.repeat(40), files: files.files },
    ...{ titles: [], authors: ['dev'], anonymous: 0, author: 'dev', takenBack: 0, checks: 'success' },
    ...{ unseen: files.whole ? null : 'TRUNCATED', caller: {} },
  }).facts;

test('a change of usual size is recorded as it is', () => {
  const files = [file('src/a.ts'), file('db/migrate/1.sql')];
  expect(fitFiles(files)).toEqual({ files, whole: true });
});

test('of a large one the paths that say nothing are cut, and every fact stays', () => {
  const files = [
    ...Array.from({ length: 400 }, (_, index) => file(`${LONG}/file-${index}.ts`)),
    file('infra/main.tf'),
    file('config/app.yaml'),
  ];
  const fitted = fitFiles(files);
  expect(fitted.whole).toBe(true);
  expect(JSON.stringify(fitted.files).length).toBeLessThan(40_001);
  expect(factsOf(fitted)).toEqual(factsOf({ files, whole: true }));
  expect(factsOf(fitted)).toMatchObject({ lines: 402 * 12, files: 402, infrastructure: true, config: true });
});

test('what does not fit at all is not seen whole, and counts as everything', () => {
  const files = Array.from({ length: 2000 }, (_, index) => file(`db/migrate/${LONG}-${index}.sql`));
  const fitted = fitFiles(files);
  expect(fitted.whole).toBe(false);
  expect(JSON.stringify(fitted.files).length).toBeLessThan(60_000);
  expect(factsOf(fitted)).toMatchObject({ lines: 10_000, migration: true, irreversible: true });
});

test('the newest titles and the nearest past are kept, as far as there is room', () => {
  const titles = Array.from({ length: 100 }, (_, index) => `${index} ${'x'.repeat(150)}`);
  expect(fitTitles(titles).length).toBeLessThan(40);
  expect(fitTitles(titles)[0]).toBe(titles[0]);
  expect(fitPast(titles.map((text) => ({ text: text.repeat(5) }))).length).toBeLessThan(50);
  expect(fitPast(['a', 'b'])).toEqual(['a', 'b']);
});
