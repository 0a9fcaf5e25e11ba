import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { buildWitnessApp } from '../../infra/holdfast.ts';

// Synthesis itself fails where cdk-nag finds what is not acknowledged.
const folder = mkdtempSync(join(tmpdir(), 'holdfast-witness-app-'));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'functions', 'serve-witness'), { recursive: true });
writeFileSync(join(folder, 'functions', 'serve-witness', 'index.mjs'), 'export const handler = 1;\n');
const { directory } = buildWitnessApp({
  outdir: join(folder, 'cdk.out'),
  functionsDir: join(folder, 'functions'),
}).synth();
const template = JSON.parse(readFileSync(join(directory, 'HoldfastWitness.template.json'), 'utf8'));
type Resource = {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  DeletionPolicy?: string;
};
const resources = Object.values<Resource>(template.Resources);
const ofType = (type: string) => resources.filter(({ Type }) => Type === type);

test('a witness is an app of its own, which the others never take with them', () => {
  expect(readdirSync(directory).filter((name) => name.endsWith('.template.json'))).toEqual([
    'HoldfastWitness.template.json',
  ]);
  expect(readFileSync('infra/app.ts', 'utf8')).not.toMatch(/witness/i);
  expect(JSON.stringify(template)).not.toContain('ImportValue');
});

test('its key signs as Ed25519, and stays when the stack goes; so does its memory', () => {
  const [key] = ofType('AWS::KMS::Key');
  expect(key?.Properties).toMatchObject({ KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY' });
  const [table] = ofType('AWS::DynamoDB::Table');
  expect(table?.Properties).toMatchObject({ DeletionProtectionEnabled: true });
  expect([key?.DeletionPolicy, table?.DeletionPolicy]).toEqual(['Retain', 'Retain']);
});

test('its function may read and put its memory and sign with its key, and do nothing else', () => {
  const statements = ofType('AWS::IAM::Policy').flatMap(
    ({ Properties }) => (Properties.PolicyDocument as { Statement: Record<string, unknown>[] }).Statement,
  );
  const actions = statements.flatMap(({ Action }) => Action as string | string[]).sort();
  expect(actions).toEqual([
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'kms:GetPublicKey',
    'kms:Sign',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    'xray:PutTelemetryRecords',
    'xray:PutTraceSegments',
  ]);
  const sign = statements.find(({ Action }) => Action === 'kms:Sign');
  expect(sign?.Condition).toEqual({
    StringEquals: { 'kms:SigningAlgorithm': 'ED25519_SHA_512', 'kms:MessageType': 'RAW' },
  });
});

test('three routes are open to everybody, at a bounded rate', () => {
  expect(ofType('AWS::ApiGatewayV2::Route').map(({ Properties }) => Properties.RouteKey)).toEqual([
    'POST /add-checkpoint',
    'GET /key',
    'GET /{origin}/checkpoint',
  ]);
  const [stage] = ofType('AWS::ApiGatewayV2::Stage');
  expect(stage?.Properties).toMatchObject({
    DefaultRouteSettings: { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40 },
  });
});

test('whoever deploys it must name it, and the ledgers that it witnesses', () => {
  for (const name of ['WitnessName', 'LogKeys']) {
    expect(template.Parameters[name]).toMatchObject({ AllowedPattern: expect.any(String) });
    expect(template.Parameters[name]).not.toHaveProperty('Default');
  }
});
