import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arnOf } from '../../../local/cloud/template/identities.ts';
import { readTemplate, unsupported } from '../../../local/cloud/template/template.ts';
import { stackWith, writeAssembly } from './assembly.ts';

const TABLE = { Type: 'AWS::DynamoDB::Table', Properties: {} };

function resolved(
  value: unknown,
  sections: Readonly<Record<string, unknown>> = {},
  parameters = {},
): unknown {
  const folder = writeAssembly({ App: stackWith(value, sections) });
  const { resources } = readTemplate({ folder, parameters });
  return resources.find(({ logicalId }) => logicalId === 'Probe')?.properties.value;
}

describe('an intrinsic is resolved as CloudFormation resolves it', () => {
  const sections = {
    Resources: { Table: TABLE, Queue: { Type: 'AWS::SQS::Queue' } },
    Parameters: { Level: { Type: 'String', Default: 'info' }, Days: { Type: 'Number', Default: 7 } },
    Conditions: {
      IsInfo: { 'Fn::Equals': [{ Ref: 'Level' }, 'info'] },
      IsNot: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'Level' }, 'info'] }] },
    },
  };
  test.each([
    ['a name', { Ref: 'Table' }, 'App-Table'],
    ['an ARN', { 'Fn::GetAtt': ['Table', 'Arn'] }, 'arn:aws:dynamodb:us-east-1:000000000000:table/App-Table'],
    ['a string parameter', { Ref: 'Level' }, 'info'],
    ['a number parameter', { Ref: 'Days' }, 7],
    ['a join', { 'Fn::Join': ['-', ['a', { Ref: 'Days' }, { Ref: 'AWS::Partition' }]] }, 'a-7-aws'],
    ['a split and a select', { 'Fn::Select': [1, { 'Fn::Split': ['-', { Ref: 'Table' }] }] }, 'Table'],
    ['a select by text', { 'Fn::Select': ['0', ['x']] }, 'x'],
    ['the first branch', { 'Fn::If': ['IsInfo', 'yes', 'no'] }, 'yes'],
    ['the second branch', { 'Fn::If': ['IsNot', 'yes', 'no'] }, 'no'],
    ['no value in an object', { keep: 1, drop: { Ref: 'AWS::NoValue' } }, { keep: 1 }],
    ['no value in a list', [1, { Ref: 'AWS::NoValue' }, 2], [1, 2]],
    [
      'a substitution',
      { 'Fn::Sub': `\${Table}/x \${AWS::Region} \${AWS::AccountId}` },
      `App-Table/x us-east-1 000000000000`,
    ],
  ])('%s', (_, value, expected) => {
    expect(resolved(value, sections)).toEqual(expected);
  });

  test('what holds no intrinsic is left as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(!/Fn::|Ref|resolve:/.test(JSON.stringify(value)));
        expect(resolved({ value })).toEqual(JSON.parse(JSON.stringify({ value })));
      }),
      { numRuns: 25 },
    );
  });

  test('joining what was split gives the text again', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z,]{0,20}$/), (text) => {
        expect(resolved({ 'Fn::Join': [',', { 'Fn::Split': [',', text] }] })).toBe(text);
      }),
      { numRuns: 25 },
    );
  });
});

describe('what cannot be resolved is refused by name', () => {
  test.each([
    [
      'an unknown attribute',
      { 'Fn::GetAtt': ['Table', 'Nope'] },
      /attribute Nope of AWS::DynamoDB::Table App\/Table is not known/,
    ],
    ['an unknown resource', { Ref: 'Missing' }, /App\/Missing is referred to and not in the template/],
    ['an unknown intrinsic', { 'Fn::Cidr': [] }, /the intrinsic Fn::Cidr is not known/],
    ['a substitution with variables', { 'Fn::Sub': ['x', {}] }, /Fn::Sub without variables must be a string/],
    ['an unknown export', { 'Fn::ImportValue': 'nowhere' }, /no stack exports nowhere/],
    [
      'a parameter of SSM',
      { Ref: 'Version' },
      /parameter Version of type AWS::SSM::Parameter::Value<String> is not run/,
    ],
    ['a dynamic reference', '{{resolve:ssm:x}}', /dynamic reference/],
    ['a parameter without value', { Ref: 'Bare' }, /parameter Bare has no default/],
  ])('%s', (_, value, message) => {
    const Parameters = {
      Version: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/v' },
      Bare: { Type: 'String' },
    };
    expect(() => resolved(value, { Resources: { Table: TABLE }, Parameters })).toThrow(message);
  });

  test('a circle of names is refused with its path', () => {
    const queue = (name: string) => ({
      Type: 'AWS::SQS::Queue',
      Properties: { QueueName: { 'Fn::GetAtt': [name, 'QueueName'] } },
    });
    const Resources = { One: queue('Two'), Two: queue('One') };
    expect(() => resolved('x', { Resources })).toThrow(/circular reference: App\/(One|Two)/);
  });

  test('an override that no stack declares is an error, and so is one outside the allowed values', () => {
    const Parameters = { Mode: { Type: 'String', AllowedValues: ['a', 'b'], Default: 'a' } };
    expect(resolved({ Ref: 'Mode' }, { Parameters }, { Mode: 'b' })).toBe('b');
    expect(() => resolved('x', { Parameters }, { Mood: 'b' })).toThrow(/parameter Mood; known are Mode/);
    expect(() => resolved({ Ref: 'Mode' }, { Parameters }, { Mode: 'c' })).toThrow(
      /Mode is c, allowed are a, b/,
    );
  });
});

describe('an assembly of several stacks', () => {
  const folder = writeAssembly(
    {
      Data: {
        Resources: { Table: TABLE },
        Outputs: {
          TableArn: { Value: { 'Fn::GetAtt': ['Table', 'Arn'] }, Export: { Name: 'Data:TableArn' } },
        },
      },
      App: {
        Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
        Resources: {
          Handler: {
            Type: 'AWS::Lambda::Function',
            Metadata: { 'aws:cdk:path': 'App/Handler/Resource' },
            Properties: {
              Code: { S3Key: 'abc.zip' },
              Environment: { T: { 'Fn::ImportValue': 'Data:TableArn' } },
            },
          },
          Ghost: { Type: 'AWS::SQS::Queue', Condition: 'Never' },
          Pool: { Type: 'AWS::Cognito::UserPool' },
          Rule: { Type: 'AWS::Events::Rule', Properties: { EventBusName: 'bus' } },
          Probe: { Type: 'Test::Probe', Properties: { url: { 'Fn::GetAtt': ['Pool', 'ProviderURL'] } } },
        },
      },
    },
    ['abc'],
  );
  const template = readTemplate({ folder, issuerUrl: 'http://127.0.0.1:1/issuer' });
  const find = (id: string) => {
    const found = template.resources.find(({ logicalId }) => logicalId === id);
    if (found === undefined) throw new Error(`no ${id}`);
    return found;
  };

  test('an export of one stack is a value of another', () => {
    expect(find('Handler').properties.Environment).toEqual({ T: arnOf(find('Table')) });
    expect(template.outputs['Data.TableArn']).toBe(arnOf(find('Table')));
  });
  test('a resource whose condition does not hold is absent', () => {
    expect(template.resources.map(({ logicalId }) => logicalId)).not.toContain('Ghost');
  });
  test('a function has its construct path and its code on this machine', () => {
    expect(find('Handler').path).toBe('App/Handler/Resource');
    expect(template.asset(find('Handler'))).toBe(join(folder, 'asset.abc'));
    expect(() => template.asset(find('Table'))).toThrow(/Table has no asset/);
  });
  test('a user pool is the local issuer', () => {
    expect(find('Probe').properties.url).toBe('http://127.0.0.1:1/issuer');
  });
  test('a rule of a custom bus has the ARN of AWS', () => {
    expect(arnOf(find('Rule'))).toBe('arn:aws:events:us-east-1:000000000000:rule/bus/App-Rule');
  });
  test('a type that is not run is listed with its id and path', () => {
    const known = new Set(
      template.resources.map(({ type }) => type).filter((type) => type !== 'AWS::Lambda::Function'),
    );
    expect(unsupported(template.resources, known)).toEqual([
      'AWS::Lambda::Function Handler (App/Handler/Resource)',
    ]);
  });
});
