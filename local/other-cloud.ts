import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { numberAt, parseJson, textAt } from './cloud/aws/shapes.ts';

// A busy machine may take a while to answer; a killed cloud is gone in far less.
const ANSWER_MS = 5_000;
const PAUSE_MS = 200;
const DYING_TRIES = 3;
const MOST_TRIES = 30;

/**
 * The process number of the cloud that runs over a data folder, if one does. A process alone is none: a killed one is
 * there for a moment longer, and its number may be another's by now. An answer alone is none either: the part of a
 * killed cloud that serves the API ends a moment after it, and is waited for.
 */
export async function otherCloud(stateFile: string): Promise<number | undefined> {
  const state = existsSync(stateFile) ? parseJson(readFileSync(stateFile, 'utf8')) : undefined;
  const pid = numberAt(state, 'pid');
  const api = textAt(state, 'api');
  if (pid === undefined || api === undefined) return undefined;
  for (let tries = 0; tries < MOST_TRIES && (await answers(api)); tries += 1) {
    if (isRunning(pid) && tries >= DYING_TRIES) return pid;
    await sleep(PAUSE_MS);
  }
  return undefined;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function answers(api: string): Promise<boolean> {
  const asked = fetch(`${api}/v1/health`, { signal: AbortSignal.timeout(ANSWER_MS), redirect: 'error' });
  return await asked.then(
    ({ ok }) => ok,
    () => false,
  );
}
