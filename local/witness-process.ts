import { fork } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { witnessKeyOf } from './witness/witness.ts';

export type WitnessPlan = {
  /** Its key and its memory. */
  readonly folder: string;
  readonly port: number;
};

const NAME = 'holdfast.local/witness';
const KEY_TRIES = 60;
const PAUSE_MS = 1_000;
const ANSWER_MS = 5_000;

/** What the ledger's stack is told of a witness that will be started: its address and its key, which is drawn here at first. */
export async function witnessParameters({ folder, port }: WitnessPlan) {
  const { vkey } = await witnessKeyOf({ folder, name: NAME });
  return { WitnessUrl: `http://127.0.0.1:${port}`, WitnessKey: vkey };
}

/**
 * Starts the witness as a process of its own, once the cloud serves the key of its ledger: a witness must know whom it
 * witnesses. It ends with this process. Answers the line that it starts with.
 */
export async function startWitnessProcess(
  { folder, port }: WitnessPlan,
  api: string,
): Promise<{ readonly url: string; readonly vkey: string }> {
  const logs = await ledgerKey(api);
  const options = ['--dir', folder, '--name', NAME, '--port', String(port), '--log', logs];
  const child = fork(join(import.meta.dirname, 'witness', 'main.ts'), options, {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  if (child.stdout !== null) for await (const line of createInterface(child.stdout)) return JSON.parse(line);
  throw new Error('the witness did not start');
}

async function ledgerKey(api: string): Promise<string> {
  for (let tries = 0; tries < KEY_TRIES; tries += 1) {
    if (tries > 0) await sleep(PAUSE_MS);
    const answer = await fetch(`${api}/v1/ledger/key`, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(
      () => undefined,
    );
    if (answer?.ok === true) return await answer.text();
  }
  throw new Error('the local cloud does not serve the key of its ledger');
}
