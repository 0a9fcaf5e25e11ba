/**
 * Everything that the simulated world is made of and nobody measured. No rate that the study reports is in it: how often
 * changes are bad, why, and in which way is drawn from the seed, over ranges that take no side.
 */
export const ASSUMPTIONS = {
  /** Requests a minute of a service, failures and shape of its latency, each log-uniform. */
  perMinute: [60, 30_000],
  failureRate: [0.0003, 0.01],
  /** Standard deviation of the logarithm of the latency. */
  latencySpread: [0.3, 0.9],
  /** The objective allows so many times the failures that are there anyway. */
  budgetOverBase: [1.5, 10],
  tiers: { shares: [0.1, 0.2, 0.4, 0.3], why: 'critical to low, as in the seed study' },
  dependencies: 3,
  zones: ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata'],
  /** Changes a day of each service; against it, how busy other times are. */
  perDay: 1,
  busy: { workingHours: 1, otherHours: 0.2, weekend: 0.1 },
  /** What changes are like. */
  lines: { median: 60, spread: 1.4, most: 10_000 },
  linesPerFile: 30,
  shares: {
    migration: 0.08,
    irreversibleMigration: 0.2,
    config: 0.2,
    infrastructure: 0.05,
    hotfix: 0.05,
    personal: 0.05,
    payment: 0.02,
    unchecked: 0.07,
    checkFailed: 0.02,
  },
  /** A plain change of a plain service is bad with this probability, log-uniform, drawn once for each seed. */
  badOfPlain: [0.01, 0.1],
  /**
   * What each trait adds to the log-odds of being bad: uniform, drawn once for each seed. Size counts for each factor e
   * above the median.
   */
  addsToLogOdds: [0, 1.5],
  /** Standard deviation over services, and over the areas of one service. */
  fragility: 0.7,
  /** Kinds of fault: their shares are drawn once for each seed, every mixture as likely (flat Dirichlet). */
  kinds: ['errors', 'latency', 'crash', 'late', 'silent'],
  /** How strong a fault is, log-uniform: times the failures, times the latency; a crash fails this share of requests. */
  errorRatio: [1.2, 50],
  latencyRatio: [1.1, 10],
  crashShare: [0.2, 1],
  /** Minutes until a late fault shows. */
  onsetMinutes: [5, 1440],
  /** Minutes until a person answers: log-normal by median and spread; they add delay and no knowledge: they say yes. */
  answer: { workingMedian: 20, otherMedian: 60, spread: 1 },
  /** A deployment that only a freeze holds back is asked for again after so many hours, at most so many times. */
  askAgain: { hours: 6, times: 60 },
  /** Moving all of the traffic at once, and reading facts, in minutes. */
  minutes: { shift: 1, facts: 1 },
  /** Without a canary: a threshold on all of the traffic sees a gross fault after so many minutes, and a person goes back. */
  alarm: { errorRate: 0.05, p99Factor: 5, slowShare: 0.01, minutes: 3 },
  /** A fault that no threshold sees is noticed by somebody after so many minutes. */
  unnoticedMinutes: 1440,
} as const;

export type FaultKind = (typeof ASSUMPTIONS)['kinds'][number];
export const FAULT_KINDS: readonly FaultKind[] = ASSUMPTIONS.kinds;
