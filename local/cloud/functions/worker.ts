/**
 * One execution environment of Lambda: loads the bundle once, then answers one invocation after another.
 * Events and answers cross as JSON text, as they do on AWS.
 */
import { enableCompileCache } from 'node:module';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { FunctionError } from '../types.ts';
import type { FromWorker, Setup, ToWorker } from './messages.ts';

type Handler = (event: unknown, context: unknown) => unknown;

const setup: Setup = workerData;
enableCompileCache(setup.cacheFolder);

const report = (message: FromWorker): void => parentPort?.postMessage(message);

async function load(): Promise<Handler> {
  const bundle: Readonly<Record<string, unknown>> = await import(pathToFileURL(setup.file).href);
  const handler = bundle[setup.exportName];
  if (typeof handler !== 'function') {
    const missing = new Error(`${setup.file} exports no function ${setup.exportName}`);
    missing.name = 'Runtime.HandlerNotFound';
    throw missing;
  }
  return handler as Handler;
}

function contextOf({ requestId, deadline }: ToWorker) {
  return {
    awsRequestId: requestId,
    functionName: setup.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: setup.functionArn,
    memoryLimitInMB: String(setup.memory),
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

/** What Lambda's Node runtime reports of a thrown thing. */
function errorOf(thrown: unknown): FunctionError {
  if (!(thrown instanceof Error))
    return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
  return { errorType: thrown.name, errorMessage: thrown.message, trace: (thrown.stack ?? '').split('\n') };
}

try {
  const handler = await load();
  parentPort?.on('message', async (message: ToWorker) => {
    try {
      const result = await handler(JSON.parse(message.payload), contextOf(message));
      report({ payload: JSON.stringify(result) ?? 'null' });
    } catch (thrown) {
      report({ error: errorOf(thrown) });
    }
  });
  report('ready');
} catch (thrown) {
  report({ error: errorOf(thrown) });
}
