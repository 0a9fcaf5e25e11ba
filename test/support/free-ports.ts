import { createServer } from 'node:http';
import { listen, stop } from '../../local/cloud/aws/listening.ts';

/** Below the ports that the system gives to outgoing connections: those come and go while a test starts. */
const LOWEST = 20_000;
const HIGHEST = 32_000;
const TRIES = 20;

/** The first of `count` loopback ports in a row that are free now. */
export async function freePorts(count: number): Promise<number> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const first = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST - count));
    if (await areFree(Array.from({ length: count }, (_, index) => first + index))) return first;
  }
  throw new Error(`found no ${count} free ports in a row`);
}

async function areFree(ports: readonly number[]): Promise<boolean> {
  const servers = ports.map(() => createServer());
  try {
    await Promise.all(servers.map((server, index) => listen(server, ports[index] ?? 0)));
    return true;
  } catch {
    return false;
  } finally {
    await Promise.all(servers.filter((server) => server.listening).map(stop));
  }
}
