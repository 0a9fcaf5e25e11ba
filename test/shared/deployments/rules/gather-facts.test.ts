import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChangeFacts } from '../../../../shared/deployments/rules/facts.ts';
import {
  CallerFacts,
  type GatherFactsInputs,
  gatherFacts,
  UNSEEN_REASONS,
} from '../../../../shared/deployments/rules/gather-facts.ts';
import { canonicalJson } from '../../../../shared/kernel/index.ts';
import { parse } from '../../../../shared/kernel/parse.ts';

const CODE = { path: 'src/a.ts', status: 'modified', additions: 3, deletions: 2 };
const inputs = (change: Partial<GatherFactsInputs> = {}): GatherFactsInputs => ({
  ...{ repository: 'acme/shop', revision: 'b'.repeat(40), base: 'a'.repeat(40), files: [CODE] },
  ...{ titles: ['feat: a'], authors: ['ada'], anonymous: 0, author: 'ada', takenBack: 0 },
  ...{ checks: 'success', unseen: null, caller: {} },
  ...change,
});
const codesOf = (given: GatherFactsInputs) => gatherFacts.decide(given).reasons.map(({ code }) => code);

const fact = fc.record(
  {
    lines: fc.nat(20_000),
    files: fc.nat(500),
    ...{ migration: fc.boolean(), irreversible: fc.boolean(), config: fc.boolean() },
    ...{ infrastructure: fc.boolean(), hotfix: fc.boolean() },
    dataClasses: fc.array(fc.constantFrom('personal', 'payment', 'health'), { maxLength: 3 }),
  },
  { requiredKeys: [] },
);
const file = fc.record(
  {
    path: fc.constantFrom('src/a.ts', 'db/migrate/1.sql', 'main.tf', 'config/a.yaml'),
    status: fc.constant('modified'),
    additions: fc.nat(5000),
    deletions: fc.nat(5000),
    destroys: fc.constantFrom([], ['drops data'], null),
  },
  { requiredKeys: ['path', 'status', 'additions', 'deletions'] },
);
const world = fc.record({ files: fc.array(file, { maxLength: 6 }), caller: fact });

test('facts come from the files: lines, kinds by path, and what a migration takes away', () => {
  const files = [
    CODE,
    { path: 'db/migrate/1.sql', status: 'added', additions: 5, deletions: 0, destroys: ['drops data'] },
    { path: 'main.tf', status: 'modified', additions: 1, deletions: 1 },
  ];
  const { facts, reasons } = gatherFacts.decide(inputs({ files }));
  expect(facts).toEqual({
    ...{ lines: 12, files: 3, migration: true, irreversible: true, config: false, infrastructure: true },
    ...{ hotfix: false, dataClasses: [], author: 'ada', checks: 'success', text: 'feat: a' },
  });
  expect(reasons).toContainEqual({ code: 'IRREVERSIBLE', text: 'db/migrate/1.sql drops data' });
});

test('a file that was moved out of a folder of migrations is one', () => {
  const moved = { ...CODE, path: 'old/a.rb', previousPath: 'db/migrate/a.rb', status: 'renamed' };
  expect(gatherFacts.decide(inputs({ files: [moved] })).facts.migration).toBe(true);
});

test('a migration that nobody could read counts as irreversible', () => {
  const unread = { ...CODE, path: 'db/migrate/1.sql', destroys: null };
  expect(gatherFacts.decide(inputs({ files: [unread] })).facts.irreversible).toBe(true);
  expect(codesOf(inputs({ files: [unread] }))).toContain('MIGRATION_UNREAD');
});

test('a change that was not seen whole is taken for large, with every kind of file in it', () => {
  for (const unseen of UNSEEN_REASONS) {
    const { facts } = gatherFacts.decide(inputs({ unseen }));
    expect(facts).toMatchObject({ migration: true, irreversible: true, config: true, infrastructure: true });
    expect([facts.lines, facts.files]).toEqual([10_000, 300]);
    expect(codesOf(inputs({ unseen }))).toContain(unseen);
  }
});

test('what is taken back is said', () => {
  expect(codesOf(inputs({ takenBack: 2 }))).toContain('TAKES_BACK');
});

test('a caller can add to the facts, and is named for what it added', () => {
  const caller = { lines: 900, hotfix: true, irreversible: true, dataClasses: ['payment'], migration: false };
  const { facts, addedByCaller } = gatherFacts.decide(inputs({ caller }));
  expect(facts).toMatchObject({ lines: 900, files: 1, hotfix: true, irreversible: true, migration: false });
  expect(addedByCaller).toEqual(['lines', 'irreversible', 'hotfix', 'dataClasses']);
});

test('the classes of data that the registry lists are the floor: a caller adds to them, and is named for no more', () => {
  const decided = (dataClasses: readonly string[], ...more: string[]) =>
    gatherFacts.decide(inputs({ dataClasses, caller: { dataClasses: more } }));
  const both = decided(['payment'], 'personal', 'payment');
  expect([both.facts.dataClasses, both.addedByCaller]).toEqual([['payment', 'personal'], ['dataClasses']]);
  const same = decided(['payment'], 'payment');
  expect([same.facts.dataClasses, same.addedByCaller]).toEqual([['payment'], []]);
  expect(decided(['payment']).facts.dataClasses).toEqual(['payment']);
});

test('an author whom the caller names joins those of the forge, and replaces nobody', () => {
  const { facts, authors, addedByCaller } = gatherFacts.decide(inputs({ caller: { author: 'grace' } }));
  expect([facts.author, authors, addedByCaller]).toEqual(['ada', ['ada', 'grace'], ['author']]);
  const same = gatherFacts.decide(inputs({ caller: { author: 'ADA' } }));
  expect([same.authors, same.addedByCaller]).toEqual([['ada'], []]);
});

test('a title that says hotfix makes it one, whatever the caller says', () => {
  const given = inputs({ hotfix: 'hotfix: tax', caller: { hotfix: false } });
  const { facts, addedByCaller, reasons } = gatherFacts.decide(given);
  expect([facts.hotfix, addedByCaller]).toEqual([true, []]);
  expect(reasons).toContainEqual({ code: 'HOTFIX', text: 'hotfix: tax' });
});

test('whatever a caller says, no fact is smaller than without it, and the outcome is one that the risk takes', () => {
  fc.assert(
    fc.property(world, ({ files, caller }) => {
      const alone = gatherFacts.decide(inputs({ files })).facts;
      const { facts } = gatherFacts.decide(inputs({ files, caller }));
      expect(ChangeFacts.safeParse(facts).success).toBe(true);
      expect(facts.lines).toBe(Math.max(alone.lines, caller.lines ?? 0));
      expect(facts.files).toBe(Math.max(alone.files, caller.files ?? 0));
      for (const flag of ['migration', 'irreversible', 'config', 'infrastructure', 'hotfix'] as const)
        expect(facts[flag]).toBe(alone[flag] || caller[flag] === true);
      expect(new Set(facts.dataClasses)).toEqual(new Set(caller.dataClasses));
    }),
  );
});

test('the same inputs give the same bytes, in whatever order they came from the ledger', () => {
  fc.assert(
    fc.property(world, (change) => {
      const given = inputs(change);
      const stored: GatherFactsInputs = JSON.parse(canonicalJson(given));
      expect(canonicalJson(gatherFacts.decide(stored))).toBe(canonicalJson(gatherFacts.decide(given)));
    }),
  );
});

describe('what a caller says', () => {
  const issuesOf = (body: unknown) => {
    try {
      parse(CallerFacts, body, 'the body');
    } catch (thrown) {
      return (thrown as { issues: readonly { path: string }[] }).issues.map(({ path }) => path);
    }
    return [];
  };

  test.each([
    [{ lines: -1 }, 'lines'],
    [{ files: -3 }, 'files'],
    [{ files: 1.5 }, 'files'],
    [{ lines: null }, 'lines'],
    [{ lines: undefined }, 'lines'],
    [{ lines: Number.NaN }, 'lines'],
    [{ migration: 'yes' }, 'migration'],
    [{ hotfix: null }, 'hotfix'],
    [{ dataClasses: [''] }, 'dataClasses.0'],
    [{ dataClasses: ['payment', 'Payment'] }, 'dataClasses.1'],
    [{ dataClasses: ['pay ment'] }, 'dataClasses.0'],
    [{ author: '' }, 'author'],
    [{ author: 'ada@example.com' }, 'author'],
    [{ author: null }, 'author'],
    [{ checks: 'success' }, 'checks'],
    [{ lins: 3 }, 'lins'],
  ])('%j is refused by name', (body, path) => {
    expect(issuesOf(body)).toEqual([path]);
  });

  test('the names of the documented contract are taken as they stand there', () => {
    const named = { lines: 3, files: 1, migration: false, config: false, hotfix: false, author: 'ada' };
    expect(issuesOf(named)).toEqual([]);
  });

  test('nothing at all is enough', () => {
    expect(issuesOf({})).toEqual([]);
  });
});
