import { expect, test } from 'vitest';
import { destroyedBy } from '../../../../shared/deployments/rules/destructive-changes.ts';

const added = (text: string) => text.split('\n').map((line) => `+${line}`);
const file = (text: string, path = 'db/migrate/1.sql') => {
  const lines = added(text);
  return { path, additions: lines.length, patch: ['@@ -0,0 +1 @@', ...lines].join('\n') };
};

test.each([
  ['DROP TABLE orders;', 'drops data'],
  ['alter table orders\n  drop column total;', 'drops data'],
  ['ALTER TABLE orders DROP total', 'drops data'],
  ['ALTER TABLE orders DROP IF EXISTS total', 'drops data'],
  ['remove_column :orders, :total', 'drops data'],
  ['op.drop_column("orders", "total")', 'drops data'],
  ['migrations.RemoveField(model_name="order", name="total")', 'drops data'],
  ['await queryRunner.dropTable("orders")', 'drops data'],
  ['<dropColumn tableName="orders"/>', 'drops data'],
  ['TRUNCATE orders;', 'deletes or rewrites rows'],
  ['DELETE FROM orders WHERE total IS NULL;', 'deletes or rewrites rows'],
  ['UPDATE orders SET total = 0;', 'deletes or rewrites rows'],
  ['migrations.RunPython(forwards)', 'deletes or rewrites rows'],
  ['ALTER TABLE orders RENAME TO bills;', 'renames'],
  ['ALTER TABLE orders\nRENAME COLUMN a TO b;', 'renames'],
  ['rename_column :orders, :a, :b', 'renames'],
  ['ALTER TABLE orders ALTER COLUMN total TYPE int;', 'changes a type'],
  ['change_column :orders, :total, :integer', 'changes a type'],
])('%j %s', (text, what) => {
  expect(destroyedBy(file(text))).toEqual([what]);
});

test.each([
  'CREATE TABLE orders (id int primary key, dropped_at timestamp);',
  'ALTER TABLE orders ADD COLUMN total int;',
  'ALTER TABLE orders DROP CONSTRAINT orders_fk;',
  'ALTER TABLE orders ALTER COLUMN total DROP NOT NULL;',
  'DROP INDEX orders_total;',
  'CREATE INDEX CONCURRENTLY i ON orders (updated_at);',
  'add_column :orders, :total, :integer',
])('%j takes nothing away', (text) => {
  expect(destroyedBy(file(text))).toEqual([]);
});

test('the half of a migration that undoes the other takes nothing away by itself', () => {
  const alembic =
    'def upgrade():\n    op.add_column("a", c)\n\ndef downgrade():\n    op.drop_column("a", "c")';
  expect(destroyedBy(file(alembic, 'alembic/1.py'))).toEqual([]);
  const swapped =
    'def downgrade():\n    op.add_column("a", c)\n\ndef upgrade():\n    op.drop_column("a", "c")';
  expect(destroyedBy(file(swapped, 'alembic/1.py'))).toEqual(['drops data']);
  const knex =
    'exports.up = (k) => k.schema.createTable("a");\nexports.down = (k) => k.schema.dropTable("a");';
  expect(destroyedBy(file(knex, 'migrations/1.js'))).toEqual([]);
  expect(destroyedBy(file('-- +goose Up\nCREATE TABLE a;\n-- +goose Down\nDROP TABLE a;'))).toEqual([]);
  expect(destroyedBy(file('DROP TABLE a;', 'migrations/1.down.sql'))).toEqual([]);
});

test('a hunk that begins after the words that open the undoing half counts as the half that acts', () => {
  const patch = '@@ -1 +1 @@\n def downgrade():\n+    pass\n@@ -90 +90 @@\n+    op.drop_table("a")';
  expect(destroyedBy({ path: 'alembic/1.py', additions: 2, patch })).toEqual(['drops data']);
});

test('what is only in lines that are taken out or that stand around takes nothing away', () => {
  const patch = '@@ -1,3 +1,3 @@\n DROP TABLE a;\n-DROP TABLE b;\n+SELECT 1;';
  expect(destroyedBy({ path: 'a.sql', additions: 1, patch })).toEqual([]);
});

test('a migration that the forge does not show, or shows in part, is not known', () => {
  expect(destroyedBy({ path: 'a.sql', additions: 9 })).toBeNull();
  expect(destroyedBy({ path: 'a.sql', additions: 9, patch: '@@ -0,0 +1,9 @@\n+SELECT 1;' })).toBeNull();
  expect(destroyedBy({ path: 'a.sql', additions: 0 })).toEqual([]);
});
