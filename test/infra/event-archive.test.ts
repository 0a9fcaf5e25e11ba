import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RUN } from '../../local/cloud/cloud.ts';
import { unsupported } from '../../local/cloud/template/template.ts';
import type { Resource } from '../../local/cloud/types.ts';
import { ofType, plain, synthesise } from './synthesised.ts';

const resources = synthesise();
const runbook = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'runbook.md'), 'utf8');
const page = /## Replay events\n([\s\S]*?)\n## /.exec(runbook)?.[1] ?? '';

test('the custom bus keeps every event for as many days as the runbook says', () => {
  const [archive] = ofType(resources, 'AWS::Events::Archive');
  const [bus] = ofType(resources, 'AWS::Events::EventBus');
  expect(plain(archive?.Properties.SourceArn)).toBe(`\${${bus?.logicalId}.Arn}`);
  expect(page).toContain(`for ${archive?.Properties.RetentionDays} days in its archive`);
});

test('the page of the runbook looks up bus, archive and rule by names that there are', () => {
  const prefixes = [...page.matchAll(/holdfast_resource (\w+)/g)].map((found) => found[1] ?? '');
  expect(prefixes).toEqual(['EventsBus', 'EventsArchive']);
  const types = prefixes.map((prefix) =>
    resources.filter(({ logicalId }) => logicalId.startsWith(prefix)).map(({ Type }) => Type),
  );
  expect(types).toEqual([['AWS::Events::EventBus'], ['AWS::Events::Archive']]);
  const rules = ofType(resources, 'AWS::Events::Rule').filter(({ logicalId }) =>
    logicalId.includes('RollbackEvents'),
  );
  expect(rules).toHaveLength(1);
  expect(page).toContain('RollbackEvents');
});

test('the replay of the page names the archive, a window, the bus and one rule, as the command asks for them', () => {
  expect(page).toContain('aws events start-replay');
  for (const option of ['--replay-name', '--event-source-arn', '--event-start-time', '--event-end-time'])
    expect(page).toContain(option);
  expect(page).toMatch(/--destination "Arn=.*FilterArns=RULE_ARN"/s);
});

test('the local cloud, which has no archive, lists it by name as not run', () => {
  const declared = resources.map(
    ({ Type, logicalId, path }) => ({ type: Type, logicalId, path }) as Resource,
  );
  const [archive] = ofType(resources, 'AWS::Events::Archive');
  expect(unsupported(declared, RUN)).toContain(
    `AWS::Events::Archive ${archive?.logicalId} (HoldfastControlPlane/Events/Archive/Archive)`,
  );
});
