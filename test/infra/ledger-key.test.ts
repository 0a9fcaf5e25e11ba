import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { LedgerKeys } from '../../infra/constructs/ledger-key.ts';

function aliasesWith(context: Readonly<Record<string, unknown>>): readonly string[] {
  const stack = new Stack(new App({ context }), 'Data');
  new LedgerKeys(stack);
  const aliases = Object.values(Template.fromStack(stack).findResources('AWS::KMS::Alias'));
  return aliases.map(({ Properties }) => Properties.AliasName);
}

test('there is a spare, and the context adds more behind it', () => {
  const two = ['alias/holdfast-ledger', 'alias/holdfast-ledger-2'];
  expect(aliasesWith({})).toEqual(two);
  expect(aliasesWith({ ledgerKeys: '3' })).toEqual([...two, 'alias/holdfast-ledger-3']);
});

test.each(['1', '21', '2.5', 'many', ''])('%j keys are refused by name', (ledgerKeys) => {
  expect(() => aliasesWith({ ledgerKeys })).toThrow(`ledgerKeys: "${ledgerKeys}" is no number from 2 to 20`);
});
