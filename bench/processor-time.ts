import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

const TICKS_PER_SECOND = 100;

/** Seconds of processor time: of the local cloud with its functions, of the processes it started, of all others. */
export type ProcessorTime = { readonly cloud: number; readonly engine: number; readonly others: number };

/** User and system seconds of a process so far; Linux only. */
export function processorSeconds(pid: string): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Begins an account; its end tells what was used meanwhile. `apart`: seconds of a process that has ended since. */
export function accountProcessor(): (apart: number) => ProcessorTime {
  const [all, cloud, engine] = [busySeconds(), ownSeconds(), childrenSeconds()];
  return (apart) => {
    const used = { cloud: ownSeconds() - cloud, engine: childrenSeconds() - engine };
    return { ...used, others: busySeconds() - all - used.cloud - used.engine - apart };
  };
}

function busySeconds(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000;
}

function ownSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function childrenSeconds(): number {
  const pids = readdirSync('/proc/self/task').flatMap((thread) =>
    readFileSync(`/proc/self/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  );
  return pids.reduce((sum, pid) => sum + processorSeconds(pid), 0);
}
