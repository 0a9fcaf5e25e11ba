import type { Evaluation, StoredReading, Tally, Wait, Work } from '../../shared/ports/index.ts';

/** The work port in memory, for unit tests of use cases; it passes the contract suite together with DynamoDB. */
export function memoryWork(): Work {
  const waits = new Map<string, Wait>();
  const readings = new Map<string, StoredReading>();
  const told = new Set<string>();
  const begun = new Map<string, string>();
  const tallies = new Map<string, Tally>();
  const evaluations = new Map<string, Evaluation>();
  const of = (service: string, environment: string): StoredReading[] =>
    [...readings.values()]
      .filter((reading) => reading.service === service && reading.environment === environment)
      .toSorted((a, b) => (a.slot < b.slot ? -1 : 1));
  return {
    putWait: async (id, wait) => {
      const visit = waits.get(`${id}/${wait.state}`)?.visit;
      if (visit !== undefined && wait.visit !== undefined && visit > wait.visit) return false;
      waits.set(`${id}/${wait.state}`, wait);
      return true;
    },
    wait: async (id, state) => waits.get(`${id}/${state}`),
    deleteWait: async (id, state) => {
      waits.delete(`${id}/${state}`);
    },
    isTold: async (message) => told.has(message),
    beginTelling: async (message, now) => {
      if (told.has(message)) return 'told';
      const since = begun.get(message);
      if (since === undefined) begun.set(message, new Date(now).toISOString());
      return since === undefined ? undefined : { since };
    },
    markTold: async (message) => {
      told.add(message);
    },
    addOnce: async (mark, tally) => {
      if (told.has(mark)) return false;
      told.add(mark);
      const { service, environment } = tally;
      const amounts = new Map(Object.entries(tallies.get(`${service}#${environment}`)?.amounts ?? {}));
      for (const [series, amount] of Object.entries(tally.amounts))
        amounts.set(series, (amounts.get(series) ?? 0) + amount);
      tallies.set(`${service}#${environment}`, { ...tally, amounts: Object.fromEntries(amounts) });
      return true;
    },
    tallies: async () => [...tallies.values()],
    putEvaluation: async (id, evaluation) => {
      evaluations.set(id, evaluation);
    },
    evaluation: async (id) => evaluations.get(id),
    putReading: async (reading) => {
      const key = `${reading.service}/${reading.environment}/${reading.slot}`;
      if (readings.has(key)) return false;
      readings.set(key, reading);
      return true;
    },
    readings: async (service, environment, since) =>
      of(service, environment).filter((reading) => reading.observedAt >= since),
    lastReading: async (service, environment) => of(service, environment).at(-1),
  };
}
