import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { handlerFiles } from '../../infra/bundle.ts';
import { kebab } from '../../infra/constructs/function.ts';
import { ofType, plain, synthesise } from './synthesised.ts';

const resources = synthesise();
const functions = ofType(resources, 'AWS::Lambda::Function');
const allMappings = ofType(resources, 'AWS::Lambda::EventSourceMapping');
const mappings = allMappings.filter(({ Properties }) => 'StartingPosition' in Properties);

describe.each(functions.map((fn) => [fn.path.split('/').at(-2) ?? fn.path, fn.Properties] as const))(
  '%s',
  (_name, properties) => {
    test('runs on ARM and Node 24, traced, under no name of its own', () => {
      expect(properties).toMatchObject({
        Architectures: ['arm64'],
        Runtime: 'nodejs24.x',
        TracingConfig: { Mode: 'Active' },
      });
      expect(properties).not.toHaveProperty('FunctionName');
    });

    test('knows which software it is', () => {
      expect(properties).toMatchObject({
        Environment: {
          Variables: {
            SOFTWARE_VERSION: expect.stringMatching(/^\d+\.\d+\.\d+$/),
            CONFIG_DIGEST: expect.stringMatching(/^[0-9a-f]{64}$/),
          },
        },
      });
    });
  },
);

/** Of the app of a witness: witness-stack.test.ts. */
const OF_A_WITNESS = 'functions/witness/';

test('every handler has its function and every function its handler', () => {
  const built = functions.map((fn) => kebab(fn.path.split('/').at(-2) ?? '')).sort();
  expect(built).toEqual(
    handlerFiles()
      .filter((file) => !file.startsWith(OF_A_WITNESS))
      .map((file) => basename(file, '.ts'))
      .sort(),
  );
});

test('every stream reader bisects, answers in parts, gives up at last and keeps what it gave up', () => {
  expect(mappings).toHaveLength(3);
  for (const { Properties } of mappings) {
    expect(Properties).toMatchObject({
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: 10,
      ParallelizationFactor: 1,
    });
    expect(JSON.stringify(plain(Properties.DestinationConfig))).toContain('Failures');
  }
});

test('sealing sees every change of a decision, publishing and routing only new records', () => {
  const seen = mappings.map(({ path, Properties }) => [path.split('/').at(-2), JSON.stringify(Properties)]);
  const filters = Object.fromEntries(
    seen.map(([name, text]) => [name, ['INSERT', 'MODIFY', 'REMOVE'].filter((each) => text?.includes(each))]),
  );
  expect(filters).toEqual({
    DecisionsToSeal: ['INSERT', 'MODIFY', 'REMOVE'],
    DecisionsToPublish: ['INSERT'],
    NewSignals: ['INSERT'],
  });
});

test('what a queue hands over is tried again after the longest run of its reader, and then kept', () => {
  const [mapping, ...others] = allMappings.filter(({ Properties }) => !('StartingPosition' in Properties));
  expect(others).toEqual([]);
  expect(mapping?.Properties).toMatchObject({
    BatchSize: 10,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    ScalingConfig: { MaximumConcurrency: 2 },
  });
  const queue = ofType(resources, 'AWS::SQS::Queue').find(({ Properties }) => 'RedrivePolicy' in Properties);
  const reader = functions.find(({ path }) => path.includes('/PublishCheckpoint/'));
  expect(queue?.Properties.VisibilityTimeout).toBeGreaterThan(Number(reader?.Properties.Timeout));
  expect(queue?.Properties.RedrivePolicy).toMatchObject({ maxReceiveCount: 5 });
});

const machines = ofType(resources, 'AWS::StepFunctions::StateMachine');
describe.each(machines.map(({ logicalId, Properties }) => [logicalId, Properties] as const))(
  '%s',
  (_, properties) => {
    test('is complete: every name that its definition uses is supplied', () => {
      const text = JSON.stringify(plain(properties.DefinitionString));
      const used = new Set([...text.matchAll(/\$\{(\w+Arn)\}/g)].map((match) => match[1]));
      const supplied = Object.keys(properties.DefinitionSubstitutions ?? {});
      expect(new Set(supplied)).toEqual(used);
      expect(used.size).toBeGreaterThan(5);
    });

    test('logs every step without its data, and is traced', () => {
      expect(properties).toMatchObject({
        LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
        TracingConfiguration: { Enabled: true },
      });
    });
  },
);

test('there is a machine for each flow', () => {
  expect(machines).toHaveLength(3);
});
