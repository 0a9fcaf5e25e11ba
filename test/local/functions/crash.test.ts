import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { clientOf, eventually, startFixture } from '../aws/fixture.ts';
import { FUNCTIONS, RESOURCES } from './crash-fixture.ts';

/** Starts a cloud in its own process, which dies before its first function runs; gives its address and its death. */
async function startChild(dataDir: string) {
  const from = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
  const script = `
    const { startFixture } = await import(${from('../aws/fixture.ts')});
    const { FUNCTIONS, RESOURCES } = await import(${from('./crash-fixture.ts')});
    const faults = [{ kind: 'call', name: 'invoke:Test-Work', effect: 'kill' }];
    const { cloud } = await startFixture(RESOURCES, FUNCTIONS, { dataDir: ${JSON.stringify(dataDir)}, faults });
    process.stdout.write(cloud.aws);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const died = once(child, 'exit');
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
  return { aws: String(line), died };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('a killed cloud takes its engine along, and an event that it accepted is delivered by the next process', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-crash-'));
  const { aws, died } = await startChild(dataDir);
  const client = new LambdaClient({ ...clientOf({ aws }) });
  const command = { FunctionName: 'Test-Work', InvocationType: 'Event', Payload: '{"n":7}' } as const;
  const { StatusCode } = await client.send(new InvokeCommand(command));
  expect(StatusCode).toBe(202);
  expect(await died).toEqual([null, 'SIGKILL']);
  const engine = Number(readFileSync(join(dataDir, 'dynamodb.pid'), 'utf8'));
  await eventually(() => (isRunning(engine) ? undefined : true));

  const { cloud, end } = await startFixture(RESOURCES, FUNCTIONS, { dataDir });
  const body = await eventually(async () => {
    const { Messages } = Object(await cloud.call('sqs', 'ReceiveMessage', { QueueUrl: 'done' }));
    return Messages[0]?.Body;
  });
  expect(body).toBe('7');
  await end();
});
