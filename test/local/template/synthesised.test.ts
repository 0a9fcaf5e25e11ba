import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readRouting } from '../../../local/cloud/events/rules.ts';
import { createIam } from '../../../local/cloud/iam/iam.ts';
import { ACCOUNT } from '../../../local/cloud/template/identities.ts';
import { readTemplate } from '../../../local/cloud/template/template.ts';

const folder = join(import.meta.dirname, '../../../cdk.out');

// `npm test` synthesises first; a test run of its own may find nothing to read.
describe.skipIf(!existsSync(join(folder, 'manifest.json')))('the synthesised template', () => {
  test('resolves whole, and its policies, rules and schedules are all of kinds that are run', () => {
    const { resources } = readTemplate({ folder });
    expect(resources.filter(({ type }) => type === 'AWS::IAM::Role').length).toBeGreaterThan(0);
    expect(() => createIam(resources)).not.toThrow();
    expect(readRouting(resources).rules.length).toBeGreaterThan(0);
  });

  test('lets EventBridge reach the target and the dead-letter queue of every rule, and of no other rule', () => {
    const { resources } = readTemplate({ folder });
    const iam = createIam(resources);
    const may = (action: string, resource: string, source: string) =>
      iam.authorize(
        { kind: 'service', name: 'events.amazonaws.com' },
        {
          action,
          resource,
          context: { 'aws:SourceArn': source, 'aws:SourceAccount': ACCOUNT, 'aws:SecureTransport': 'true' },
        },
      ).allowed;
    for (const rule of readRouting(resources).rules) {
      for (const { arn, deadLetterArn = '' } of rule.targets) {
        expect([rule.name, may('lambda:InvokeFunction', arn, rule.arn)]).toEqual([rule.name, true]);
        expect([rule.name, may('sqs:SendMessage', deadLetterArn, rule.arn)]).toEqual([rule.name, true]);
        expect([rule.name, may('lambda:InvokeFunction', arn, `${rule.arn}-other`)]).toEqual([
          rule.name,
          false,
        ]);
        expect([rule.name, may('sqs:SendMessage', deadLetterArn, `${rule.arn}-other`)]).toEqual([
          rule.name,
          false,
        ]);
      }
    }
  });
});
