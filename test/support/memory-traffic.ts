import { Fault, isoTime } from '../../shared/kernel/index.ts';
import type { Leases } from '../../shared/ports/leases.ts';
import type { ArmCounts, IntervalCounts, Metrics } from '../../shared/ports/metrics.ts';
import type { Traffic, TrafficArm } from '../../shared/ports/traffic.ts';
import { seededRandom } from './chance.ts';

/** How a version answers: the share that fails, and the share that is slower than any threshold above 200 ms. */
export type Behaviour = { readonly failing: number; readonly slow: number };
const INTERVAL = 60_000;

/** One function behind an alias, in memory: a real split of drawn requests, measured each minute. */
export function memoryTraffic(now: () => number, perMinute = 2000) {
  const random = seededRandom(7);
  const chance = (): number => {
    const [a = 0, b = 0, c = 0] = random(3);
    return (a * 65_536 + b * 256 + c) / 16_777_216;
  };
  const versions = new Map<string, { sha: string; behaviour: Behaviour }>();
  const measured = new Map<number, Map<string, ArmCounts>>();
  const moves: { readonly at: number; readonly arms: readonly TrafficArm[] }[] = [];
  let arms: readonly TrafficArm[] = [];
  let revision = 1;
  const world = {
    perMinute,
    /** Makes calls of a port fail, by name, as long as it answers a Fault. */
    refuse: (_call: string): Fault | undefined => undefined,
    /** Versions of which nobody counts anything. */
    hidden: new Set<string>(),
    moves,
    versions,
    arms: () => arms,
    publish: (version: string, sha: string, behaviour: Behaviour = { failing: 0.005, slow: 0.01 }) =>
      versions.set(version, { sha, behaviour }),
    /** Somebody moves the alias, not through the port. */
    move: (next: readonly TrafficArm[]) => {
      arms = next;
      revision += 1;
    },
    /** Serves one minute that ends now, or so many minutes ago. */
    serveMinute: (ago = 0) => {
      const start = Math.floor(now() / INTERVAL) * INTERVAL - INTERVAL * (ago + 1);
      const counts = new Map<string, ArmCounts>();
      for (const { revision: version, weight } of arms) {
        const { behaviour } = versions.get(version) ?? { behaviour: { failing: 0, slow: 0 } };
        const n = Math.round(world.perMinute * weight);
        if (n > 0 && !world.hidden.has(version)) counts.set(version, drawn(n, behaviour));
      }
      if (counts.size > 0) measured.set(start, counts);
    },
  };
  function drawn(n: number, { failing, slow }: Behaviour): ArmCounts {
    const [errors, slower] = [countOf(n, failing), countOf(n, slow)];
    return { n, errors, slowerThan: { '200': Math.min(n, slower * 5), '400': slower, '2000': 0 } };
  }
  /** How many of n: Poisson where they are few, else normal with the variance of a binomial. */
  function countOf(n: number, share: number): number {
    const mean = n * share;
    if (mean > 30) {
      const normal = Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
      return Math.min(n, Math.max(0, Math.round(mean + Math.sqrt(mean * (1 - share)) * normal)));
    }
    let count = 0;
    for (let left = chance(); left > Math.exp(-mean) && count < n; left *= chance()) count += 1;
    return count;
  }
  const guard = (call: string): void => {
    const fault = world.refuse(call);
    if (fault !== undefined) throw fault;
  };
  const traffic: Traffic = {
    read: async () => {
      guard('read');
      return { arms: arms.toSorted((a, b) => b.weight - a.weight), token: String(revision) };
    },
    shift: async (_target, wanted, token) => {
      guard('shift');
      if (token !== String(revision)) throw new Fault('Conflict', 'somebody else has moved it');
      world.move(wanted.filter(({ weight }) => weight > 0));
      moves.push({ at: now(), arms });
      return { token: String(revision) };
    },
    version: async (_target, sha) => [...versions].findLast(([, each]) => each.sha === sha)?.[0],
    gitRevision: async (_target, version) => versions.get(version)?.sha,
  };
  return { ...world, world, traffic, metrics: memoryMetrics(measured, guard), leases: memoryLeases(now) };
}

function memoryMetrics(
  measured: ReadonlyMap<number, ReadonlyMap<string, ArmCounts>>,
  guard: (call: string) => void,
): Metrics {
  const within = (from: string, to: string) =>
    [...measured]
      .filter(([start]) => start >= Date.parse(from) && start + INTERVAL <= Date.parse(to))
      .toSorted(([a], [b]) => a - b);
  return {
    counts: async ({ canary, baseline }, { from, to }) => {
      guard('counts');
      return within(from, to).map(([start, counts]): IntervalCounts => {
        const [ofCanary, ofBaseline] = [counts.get(canary), counts.get(baseline)];
        const end = isoTime(start + INTERVAL);
        return {
          ...{ intervalId: isoTime(start), start: isoTime(start), end, watermark: end },
          arms: {
            ...(ofCanary !== undefined && { canary: ofCanary }),
            ...(ofBaseline !== undefined && { baseline: ofBaseline }),
          },
        };
      });
    },
    total: async (_target, { from, to, thresholds }) => {
      guard('total');
      const all = within(from, to).flatMap(([, counts]) => [...counts.values()]);
      if (all.length === 0) return undefined;
      const sum = (of: (counts: ArmCounts) => number) => all.reduce((total, each) => total + of(each), 0);
      const counted = thresholds.filter((ms) => all.every(({ slowerThan }) => slowerThan[ms] !== undefined));
      const slower = counted.map((ms) => [ms, sum(({ slowerThan }) => slowerThan[ms] ?? 0)] as const);
      const [n, errors] = [sum((counts) => counts.n), sum((counts) => counts.errors)];
      return { n, errors, slowerThan: Object.fromEntries(slower) };
    },
    idle: async (_target, { from, to }) => {
      guard('idle');
      return within(from, to).length === 0;
    },
    thresholds: async () => {
      guard('thresholds');
      return { p75: 200, p90: 200, p99: 400 };
    },
    edge: async (_target, _window, ms) => ms,
  };
}

function memoryLeases(now: () => number): Leases {
  const held = new Map<string, { owner: string; fencing: number; until: number }>();
  return {
    acquire: async (name, owner, forMs) => {
      const known = held.get(name);
      if (known !== undefined && known.owner !== owner && known.until > now()) return undefined;
      const fencing = known?.owner === owner ? known.fencing : (known?.fencing ?? 0) + 1;
      held.set(name, { owner, fencing, until: now() + forMs });
      return { name, owner, fencing, until: isoTime(now() + forMs) };
    },
    renew: async (lease, forMs) => ({ ...lease, until: isoTime(now() + forMs) }),
    release: async ({ name, owner }) => {
      const known = held.get(name);
      if (known?.owner === owner) held.set(name, { ...known, until: 0 });
    },
    holds: async ({ name, owner }) => held.get(name)?.owner === owner,
  };
}
