import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startForge } from '../../../local/sandbox/forge/start-forge.ts';
import { type SandboxLambda, startLambda } from '../../../local/sandbox/lambda/lambda.ts';
import { type Load, startLoad } from '../../../local/sandbox/load/load.ts';

export const PLACE = { service: 'web', environment: 'staging' };
export const TARGET = { platform: 'lambda', ...PLACE, function: 'web-staging', alias: 'live' } as const;

/** The sandbox's forge, Lambda and Prometheus alone. Nothing is called unless a test calls. */
export async function startLambdaWorld(folder = mkdtempSync(join(tmpdir(), 'holdfast-lambda-'))) {
  const log = () => undefined;
  const forge = await startForge({ dataDir: join(folder, 'forge'), now: Date.now, token: 't', log });
  const load: Load = await startLoad({ now: Date.now, log });
  const lambda: SandboxLambda = await startLambda({
    ...{ dataDir: join(folder, 'lambda'), forge, record: load.record, speed: 10, now: Date.now, log },
    gitDir: (repository) => join(folder, 'forge', `${repository}.git`),
  });
  return {
    ...{ folder, forge, load, lambda },
    /** What the SDK's clients need to speak to it. */
    aws: {
      ...{ endpoint: lambda.url, region: 'us-east-1', maxAttempts: 1 },
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    },
    end: async (keep = false) => {
      await lambda.close();
      await load.close();
      await forge.close();
      if (!keep) rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type LambdaWorld = Awaited<ReturnType<typeof startLambdaWorld>>;
