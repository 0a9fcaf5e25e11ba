import { type Cloud, startCloud } from './cloud/cloud.ts';
import type { CloudProcessOptions, FromCloud, ToCloud } from './cloud-process.ts';

/** The process of the local cloud: started, called and ended by cloud-process.ts. */
let cloud: Cloud | undefined;

function say(message: FromCloud): void {
  process.send?.(message);
}

async function start(options: CloudProcessOptions): Promise<void> {
  try {
    cloud = await startCloud({ ...options, log: (line) => say({ log: line }) });
    const { api, aws, issuer, resources, outputs, unsupported } = cloud;
    say({ ready: { api, aws, issuer, resources, outputs, unsupported } });
  } catch (thrown) {
    say({ failed: textOf(thrown) });
    process.exit(1);
  }
}

async function call(id: number, [service, action, input]: Parameters<Cloud['call']>): Promise<void> {
  try {
    say({ id, result: await cloud?.call(service, action, input) });
  } catch (thrown) {
    say({ id, error: textOf(thrown) });
  }
}

async function close(): Promise<void> {
  await cloud?.close();
  process.exit(0);
}

function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

process.on('message', (message: ToCloud) => {
  if ('start' in message) void start(message.start);
  else if ('call' in message) void call(message.id, message.call);
  else if ('faults' in message) cloud?.setFaults(message.faults);
  else void close();
});
// Whoever started it is gone: so is the cloud, as a machine that loses its power. It goes on where it was next time.
process.on('disconnect', () => process.exit(1));
// A Ctrl-C reaches the whole group; the parent closes this process in order.
process.on('SIGINT', () => undefined);
