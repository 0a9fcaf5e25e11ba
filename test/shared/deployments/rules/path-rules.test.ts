import { expect, test } from 'vitest';
import { kindsOf } from '../../../../shared/deployments/rules/path-rules.ts';

test.each([
  'db/migrate/20261121_add_users.rb',
  'db/schema.rb',
  'app/migrations/0007_drop.py',
  'migrations/001_init.js',
  'services/shop/src/main/resources/db/migration/V7__orders.sql',
  'alembic/versions/1a2b.py',
  'prisma/schema.prisma',
  'prisma/migrations/20261121/migration.sql',
  'liquibase/changelog.xml',
  'Migrations/20261121_Init.cs',
  'schema.SQL',
])('%s is a migration', (path) => {
  expect(kindsOf(path)).toContain('migration');
});

test.each([
  'main.tf',
  'deploy/prod.tfvars',
  'infra/app.ts',
  'cdk.json',
  'template.yaml',
  'stacks/network.template.json',
  'charts/shop/values.yaml',
  'k8s/deployment.yaml',
  'base/kustomization.yml',
  'Dockerfile',
  'docker/Dockerfile.worker',
  'docker-compose.yml',
  'compose.override.yaml',
])('%s is infrastructure as code', (path) => {
  expect(kindsOf(path)).toContain('infrastructure');
});

test.each([
  'app.yaml',
  'src/settings.py',
  '.env',
  '.env.production',
  'pyproject.toml',
  'config/routes.rb',
  'a/b/app.properties',
])('%s is configuration', (path) => {
  expect(kindsOf(path)).toContain('config');
});

test.each([
  'src/index.ts',
  'README.md',
  'db/migrations/README.md',
  'docs/config/notes.txt',
  'pnpm-lock.yaml',
  'src/immigrations.ts',
  'src/environment.ts',
  'lib/terraforming.rb',
  'a.tfoo',
])('%s is none of them', (path) => {
  expect(kindsOf(path)).toEqual([]);
});

test('one file may be several things', () => {
  expect(kindsOf('helm/values.yaml')).toEqual(['infrastructure', 'config']);
  expect(kindsOf('infra/db/migrate/1.sql')).toEqual(['migration', 'infrastructure']);
});
