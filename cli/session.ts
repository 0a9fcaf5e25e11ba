import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { cliError, EXIT } from './command.ts';

// A busy machine may take a while to answer; one that takes longer is of no use either.
const HEALTH_MS = 5_000;

const Session = z.object({ api: z.string(), token: z.string(), expiresAt: z.number() });
export type Session = z.infer<typeof Session>;

const LocalCloud = z.looseObject({
  api: z.string(),
  aws: z.string(),
  pid: z.number(),
  tokenUrl: z.string(),
});
export type LocalCloud = z.infer<typeof LocalCloud>;

/** The working folder of a checkout: sessions, local data, build marks. Never committed. */
function holdfastFolder(): string {
  return join(import.meta.dirname, '..', '.holdfast');
}

export function localDataFolder(): string {
  return join(holdfastFolder(), 'local');
}

/** The local cloud that was started over a data folder, if its process is alive: it may be about to die. */
export function localCloud(dataFolder = localDataFolder()): LocalCloud | undefined {
  const file = join(dataFolder, 'local.json');
  if (!existsSync(file)) return undefined;
  const found = LocalCloud.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!found.success) return undefined;
  return isAlive(found.data.pid) ? found.data : undefined;
}

/** The local cloud over a data folder, if it answers. A killed one is for a moment still a process, or still answers. */
export async function runningCloud(dataFolder = localDataFolder()): Promise<LocalCloud | undefined> {
  const found = localCloud(dataFolder);
  return found !== undefined && (await answers(found)) ? found : undefined;
}

async function answers(cloud: LocalCloud): Promise<boolean> {
  const asked = fetch(`${cloud.api}/v1/health`, {
    signal: AbortSignal.timeout(HEALTH_MS),
    redirect: 'error',
  });
  return await asked.then(
    ({ ok }) => ok,
    () => false,
  );
}

/** Whether a process runs. One that has ended and that nobody has collected yet (a zombie) does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !isZombie(pid);
}

/** Linux says so in /proc; elsewhere who starts a process collects it. */
function isZombie(pid: number): boolean {
  try {
    return /^\d+ \(.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

export function saveSession(session: Session): void {
  const file = join(holdfastFolder(), 'session.json');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(session), { mode: 0o600 });
  chmodSync(file, 0o600);
}

/** Who we are and where: HOLDFAST_API and HOLDFAST_TOKEN, else the last login. Throws a CliError that says how to get one. */
export function currentSession(): { readonly api: string; readonly token: string } {
  const { api, token } = fromEnvironment();
  const saved = savedSession();
  const base = api ?? saved?.api ?? localCloud()?.api;
  if (base === undefined)
    throw cliError('no Holdfast is known: run `holdfast local start`, or set HOLDFAST_API', EXIT.unreachable);
  if (token !== undefined) return { api: base, token };
  if (saved === undefined || saved.api !== base)
    throw cliError('not signed in: run `holdfast login`', EXIT.unreachable);
  if (saved.expiresAt <= Date.now())
    throw cliError('the session has expired: run `holdfast login`', EXIT.unreachable);
  return { api: base, token: saved.token };
}

function fromEnvironment(): { readonly api: string | undefined; readonly token: string | undefined } {
  // biome-ignore lint/style/noProcessEnv: a command line takes its target from the environment
  const { HOLDFAST_API, HOLDFAST_TOKEN } = process.env;
  return { api: HOLDFAST_API, token: HOLDFAST_TOKEN };
}

function savedSession(): Session | undefined {
  const file = join(holdfastFolder(), 'session.json');
  if (!existsSync(file)) return undefined;
  const session = Session.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  return session.success ? session.data : undefined;
}
