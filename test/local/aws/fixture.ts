import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cloud, type CloudOptions, startCloud } from '../../../local/cloud/cloud.ts';

type Declared = Readonly<Record<string, { readonly Type: string; readonly Properties?: unknown }>>;

/** A function of the fixture: its module text, and what it is allowed and told. */
export type FixtureFunction = {
  readonly source: string;
  readonly statements?: readonly unknown[];
  readonly properties?: Readonly<Record<string, unknown>>;
};

/** Writes a cloud assembly of one stack, as `cdk synth` would: resources, and functions with role and bundle. */
function writeAssembly(
  folder: string,
  resources: Declared,
  functions: Readonly<Record<string, FixtureFunction>> = {},
): string {
  const files: Record<string, unknown> = {};
  let all: Declared = resources;
  for (const [name, given] of Object.entries(functions)) {
    mkdirSync(join(folder, `asset.${name}`), { recursive: true });
    writeFileSync(join(folder, `asset.${name}`, 'index.mjs'), given.source);
    const destinations = { here: { objectKey: `${name}.zip` } };
    files[name] = { source: { path: `asset.${name}`, packaging: 'zip' }, destinations };
    all = { ...all, ...functionResources(name, given) };
  }
  mkdirSync(folder, { recursive: true });
  const write = (name: string, content: unknown) =>
    writeFileSync(join(folder, name), JSON.stringify(content));
  write('Test.template.json', { Resources: all });
  write('Test.assets.json', { files });
  write('manifest.json', {
    artifacts: {
      'Test.assets': { type: 'cdk:asset-manifest', properties: { file: 'Test.assets.json' } },
      Test: { type: 'aws:cloudformation:stack', properties: { templateFile: 'Test.template.json' } },
    },
  });
  return folder;
}

function functionResources(name: string, given: FixtureFunction): Declared {
  const trust = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } },
    ],
  };
  const PolicyDocument = { Version: '2012-10-17', Statement: given.statements };
  return {
    [`${name}Role`]: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: trust,
        ...(given.statements !== undefined && { Policies: [{ PolicyName: 'own', PolicyDocument }] }),
      },
    },
    [name]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Bucket: 'assets', S3Key: `${name}.zip` },
        Handler: 'index.handler',
        Role: { 'Fn::GetAtt': [`${name}Role`, 'Arn'] },
        Timeout: 10,
        MemorySize: 128,
        ...given.properties,
      },
    },
  };
}

export type Fixture = { readonly cloud: Cloud; readonly folder: string; readonly end: () => Promise<void> };

/** Runs a fixture on free ports in a folder of its own. `again` restarts it over the same data. */
export async function startFixture(
  resources: Declared,
  functions: Readonly<Record<string, FixtureFunction>> = {},
  options: Partial<CloudOptions> = {},
): Promise<Fixture> {
  const folder = options.dataDir ?? mkdtempSync(join(tmpdir(), 'holdfast-local-'));
  const assembly = writeAssembly(join(folder, 'cdk.out'), resources, functions);
  const base = { assembly, dataDir: folder, port: 0, speed: 1, log: () => undefined };
  const cloud = await startCloud({ ...base, ...options });
  return {
    cloud,
    folder,
    end: async () => {
      await cloud.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What an SDK client needs to speak to the fixture, as its owner or under another key. */
export function clientOf(cloud: Pick<Cloud, 'aws'>, accessKeyId = 'local') {
  return {
    endpoint: cloud.aws,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey: 'local' },
    maxAttempts: 1,
  };
}

/** A call to the front door from inside a function, under the function's own key: the SDK would be slow to load. */
export const CALL_AWS = `const call = async (service, target, body) => {
  const key = process.env.AWS_ACCESS_KEY_ID;
  const response = await fetch(process.env.AWS_ENDPOINT_URL, { method: 'POST', body: JSON.stringify(body), headers: {
    'x-amz-target': target, 'x-amz-date': '20260101T000000Z',
    authorization: 'AWS4-HMAC-SHA256 Credential=' + key + '/20260101/us-east-1/' + service + '/aws4_request, SignedHeaders=host, Signature=0' } });
  return { status: response.status, body: await response.json() };
};`;

/** Asks until the answer is there. Throws after 15 s: a test must not hang. */
export async function eventually<T>(ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (let tries = 0; tries < 600; tries += 1) {
    const found = await ask();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('it never happened');
}
