import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CfnResource, plain, roleStatements, synthesise } from './synthesised.ts';

const FILE = join(import.meta.dirname, 'pins.json');
const HOW =
  'If the change is meant: UPDATE_PINS=1 npx vitest run test/infra/pins.test.ts, read the diff of test/infra/pins.json, and commit it. ' +
  'A new logical id of a stateful resource REPLACES it: its data stays behind.';
const STATEFUL = [
  'AWS::DynamoDB::Table',
  'AWS::S3::Bucket',
  'AWS::KMS::Key',
  'AWS::SecretsManager::Secret',
  'AWS::Cognito::UserPool',
  'AWS::Events::EventBus',
  'AWS::Events::Archive',
  'AWS::SQS::Queue',
  'AWS::StepFunctions::StateMachine',
  'AWS::ApiGatewayV2::Api',
];
/** The properties whose change loses data or opens a door. */
const WATCHED = [
  'KeySchema',
  'GlobalSecondaryIndexes',
  'StreamSpecification',
  'TimeToLiveSpecification',
  'DeletionProtectionEnabled',
  'DeletionProtection',
  'PointInTimeRecoverySpecification',
  'ObjectLockEnabled',
  'ObjectLockConfiguration',
  'VersioningConfiguration',
  'LifecycleConfiguration',
  'PublicAccessBlockConfiguration',
  'RetentionDays',
  'MessageRetentionPeriod',
  'KeySpec',
  'KeyUsage',
];

const resources = synthesise();
const pins = JSON.parse(
  JSON.stringify({
    stateful: pinned(resources),
    permissions: permissions(resources),
    retention: retention(resources),
  }),
);

// biome-ignore lint/style/noProcessEnv: the switch of whoever runs this test, not of the product
if (process.env.UPDATE_PINS === '1') writeFileSync(FILE, `${JSON.stringify(pins, null, 2)}\n`);
const committed = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {};

test('the logical ids, keys and protection of stateful resources are those that are committed', () => {
  expect(pins.stateful, HOW).toStrictEqual(committed.stateful);
});

test('every role may do exactly what is committed', () => {
  expect(pins.permissions, HOW).toStrictEqual(committed.permissions);
});

test('logs are kept as long as is committed, and the parameters have the committed defaults', () => {
  expect(pins.retention, HOW).toStrictEqual(committed.retention);
});

function pinned(all: readonly CfnResource[]) {
  const stateful = all.filter((resource) => STATEFUL.includes(resource.Type)).sort(byPath);
  return Object.fromEntries(
    stateful.map((resource) => [
      resource.path,
      {
        logicalId: resource.logicalId,
        type: resource.Type,
        onDelete: resource.DeletionPolicy ?? 'Delete',
        onReplace: resource.UpdateReplacePolicy ?? 'Delete',
        ...Object.fromEntries(
          WATCHED.filter((name) => name in resource.Properties).map((name) => [
            name,
            plain(resource.Properties[name]),
          ]),
        ),
      },
    ]),
  );
}

function permissions(all: readonly CfnResource[]) {
  const byRole = new Map<string, string[]>();
  for (const { of, effect, actions, resources: on, condition } of roleStatements(all)) {
    const limits = condition === undefined ? '' : ` if ${JSON.stringify(condition)}`;
    const line = `${effect} ${actions.join(', ')} on ${on.join(', ')}${limits}`;
    byRole.set(of, [...(byRole.get(of) ?? []), line].sort());
  }
  return Object.fromEntries([...byRole].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function retention(all: readonly CfnResource[]) {
  const parameters = all.filter((resource) => resource.Type === 'Parameter').sort(byPath);
  const defaults = parameters.map(({ path, Properties }) => [
    `parameter ${path}`,
    Properties.Default ?? null,
  ]);
  const groups = all.filter((resource) => resource.Type === 'AWS::Logs::LogGroup').sort(byPath);
  return Object.fromEntries([
    ...defaults,
    ...groups.map((group) => [group.path, plain(group.Properties.RetentionInDays)]),
  ]);
}

function byPath(a: CfnResource, b: CfnResource): number {
  return a.path < b.path ? -1 : 1;
}
