import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, expect, test } from 'vitest';
import { HoldfastFunction } from '../../infra/constructs/function.ts';
import { OutsideWorld } from '../../infra/constructs/outside-world.ts';
import { SecretList } from '../../infra/constructs/secret-lists.ts';
import { SplitTraffic } from '../../infra/constructs/split-traffic.ts';
import { WorkTable } from '../../infra/constructs/work-table.ts';

const functionsDir = mkdtempSync(join(tmpdir(), 'holdfast-bundles-'));
afterAll(() => rmSync(functionsDir, { recursive: true, force: true }));

type Statement = {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
};

/** The stack of one that moves, one that judges and one that looks, and what each may do. */
function build() {
  const stack = new Stack(new App(), 'Test');
  const secrets = new SecretList(stack, 'Secrets', {
    variable: 'INTEGRATION_SECRETS',
    description: 'tokens',
  });
  const world = new OutsideWorld({
    ...{ forgeUrl: '', argocdUrl: '', prometheusUrl: 'https://prometheus.example', secrets },
    ...{ slackUrl: '', slackChannel: '' },
  });
  const traffic = new SplitTraffic({ work: new WorkTable(stack, 'Work'), world });
  const make = (id: string, name: string) => {
    mkdirSync(join(functionsDir, name), { recursive: true });
    writeFileSync(join(functionsDir, name, 'index.mjs'), '');
    return new HoldfastFunction(stack, id, {
      setting: { functionsDir, logRetentionDays: 30 },
      description: id,
    });
  };
  traffic.grantShiftTraffic(make('ShiftTraffic', 'shift-traffic'));
  const judge = make('JudgeRollouts', 'judge-rollouts');
  traffic.grantReadSplit(judge);
  traffic.grantReadMetrics(judge);
  const template = Template.fromStack(stack);
  const policies = Object.entries(template.findResources('AWS::IAM::Policy'));
  const statementsOf = (id: string): readonly Statement[] => {
    const [, policy] = policies.find(([logicalId]) => logicalId.startsWith(`${id}Role`)) ?? [];
    return policy?.Properties.PolicyDocument.Statement ?? [];
  };
  const granting = (id: string, action: string) =>
    statementsOf(id).filter((each) => [each.Action].flat().includes(action));
  return { template, granting };
}

const { template, granting } = build();

test('only who shifts may move an alias, and who judges may not', () => {
  expect(granting('ShiftTraffic', 'lambda:UpdateAlias')).toHaveLength(1);
  expect(granting('JudgeRollouts', 'lambda:UpdateAlias')).toEqual([]);
  expect(granting('JudgeRollouts', 'lambda:ListVersionsByFunction')).toEqual([]);
  expect(granting('JudgeRollouts', 'cloudwatch:GetMetricData')).toMatchObject([{ Resource: '*' }]);
  expect(granting('ShiftTraffic', 'cloudwatch:GetMetricData')).toEqual([]);
});

test('aliases are reached of functions of one name alone, which a parameter gives and which is nothing at first', () => {
  const [reading] = granting('JudgeRollouts', 'lambda:GetAlias');
  const [moving] = granting('ShiftTraffic', 'lambda:UpdateAlias');
  expect(moving?.Resource).toEqual(reading?.Resource);
  const text = JSON.stringify(moving?.Resource);
  expect(text).toContain(':function:');
  expect(text).toContain('{"Ref":"ManagedFunctions"}');
  expect(text).not.toContain('*');
  template.hasParameter('ManagedFunctions', { Default: 'holdfast-manages-none' });
});

test('who shifts takes leases and touches no other item of the work table', () => {
  const [statement] = granting('ShiftTraffic', 'dynamodb:PutItem');
  expect(statement).toMatchObject({
    Action: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
    Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['LEASE#*'] } },
  });
  expect(granting('JudgeRollouts', 'dynamodb:PutItem')).toEqual([]);
});
