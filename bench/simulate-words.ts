import type { Name } from './simulate-study.ts';

/** What the seed study said of itself, and what of it a simulation like ours could bear out. */
export type Claim = {
  readonly claim: string;
  readonly theirs: string;
  /** Our figures beside it; none where nothing can stand beside it. */
  readonly ours: readonly Name[];
  readonly support: string;
};

export const BEFORE: readonly string[] = [
  '# The study',
  '',
  '<!-- Written by bench/simulate-page.ts from bench/results/study.json: change those, not this. -->',
  '',
  '**Simulated, not measured.** No organisation took part, no figure here is a fact about one. What is real in it is the',
  'rules: every change is weighed, decided on and judged by the code that production runs, so the study shows what those',
  'rules do to changes of which the truth is known. What is not real is the world they meet: it is drawn.',
];

export const CLAIMS: readonly Claim[] = [
  {
    claim: 'deployments succeed more often',
    theirs: '89 % (or 94.2 %) to 96.8 %',
    ours: ['succeeded'],
    support:
      'The direction is not supported: holding changes back and going back cost successes by construction. Both baselines of the seed are constants, and the two differ. What governing buys is fewer bad changes with all of the traffic (next line), not more changes out.',
  },
  {
    claim: 'fewer failures reach everybody',
    theirs: 'failure rate 1.7 %, rollback rate 8 % (or 4.1 %), as constants',
    ours: ['failed', 'rolledBack'],
    support:
      'Supported as a direction, and by how much for given kinds of fault. The level is the share of bad changes that was drawn: nothing to compare with a constant.',
  },
  {
    claim: 'the canary catches failures before they reach everybody',
    theirs: '14.4 % of 16 issues, which is no whole number; elsewhere 26.2 %, 80 % or 100 %',
    ours: ['caught', 'detectionMinutes'],
    support:
      'Supported by kind of fault (table below). One overall figure depends on how many faults no metric shows, which nobody knows of an organisation without looking.',
  },
  {
    claim: 'healthy releases are left alone',
    theirs: 'not reported; its simulator makes .65 % of healthy stages spike',
    ours: ['falseRollbacks'],
    support:
      'Supported: it is the promise of the judge (at most 1 %), held against changes that are good in truth. `npm run bench canary` tests it where it is hardest to keep.',
  },
  {
    claim: 'cycle time is halved',
    theirs: '52.8 to 23.4 minutes ("median", in its code a mean), 55.7 %',
    ours: ['cycleMinutes'],
    support:
      'Not supported, and it cannot be: its baseline is a constant and its treatment a random formula that knows nothing of the rollout. Ours is a median of simulated stages, holds and answers of people; against letting everything out at once, governing takes longer. Against approval boards that take days it would look short: that would be one more assumption.',
  },
  {
    claim: 'no violations of policy',
    theirs: '0 of 15,847 deployments, 127 services, 8 months, 3 organisations',
    ours: ['withheld'],
    support:
      'Not a finding in either study: a rule that forbids cannot be seen to have let something pass. That forbidding holds is shown by tests that try to get past it. The deployments, services, months and organisations of the seed appear in no data.',
  },
  {
    claim: 'the risk score tells bad changes from good ones',
    theirs: 'not reported; every score of its second version is "medium"',
    ours: ['scoreTells'],
    support:
      'Only that the score is not blind in worlds whose odds it does not know. How well it tells in yours: `holdfast calibrate`, from what really happened.',
  },
];

export const AFTER: readonly string[] = [
  '## How it is made',
  '',
  '- **Truth.** A change is bad with log-odds that add up what it is (size, migration, configuration, infrastructure, hotfix,',
  '  checks, odd hours), the fragility of its service and of the area it touches. What each adds is drawn from the seed, and',
  '  so are the share of bad changes, the mixture of kinds of fault and how strong each is. No weight of the risk score and',
  '  no wanted result goes in; no rule sees any of it.',
  '- **Time.** Discrete events in the order of time, at all hours of all weekdays of four time zones: requests, answers,',
  '  ends. A service has one change under way; the next waits. What only a freeze forbids is asked for again every six hours.',
  '- **Rules of production.** `weigh-deployment` (retrieval and risk), the burn rates of the error budget, `decide-deployment`',
  '  (policies and autonomy), the planned stages, `raw-guards`, and `judge-rollout` with the kill switch over simulated',
  '  requests, failures and slow requests of both arms: the code that decides in them, without the texts they write. A test',
  '  shows that a rollout ends as a sweep every minute by `advance-rollout` and `answer-hold` ends it.',
  '- **Arms.** Every arm meets the same changes, faults, traffic and answers (common random numbers). Ungoverned: everything',
  '  goes out at once; a threshold on all of the traffic sees gross faults. Then the governed arm without one pillar at a time.',
  '- **People** add delay and no knowledge: they approve whatever they are asked. What nobody answers for in four hours goes',
  '  back: the few silent faults that count as caught went that way, and good changes with them.',
  '- **Success is by the truth**, not by what anybody saw: a bad change with all of the traffic is a failure, noticed or not.',
  '- **History** learns only what production would record: what nobody saw counts as a success there.',
  '',
  '## What it cannot say',
  '',
  '- How often your changes are bad, in which way, or what they cost. All levels come from drawn worlds; the ranges over the',
  '  worlds show how much they decide.',
  '- Whether people would use it so: approvals take as long as assumed, and a real approver knows things.',
  '- Anything on faults that no metric shows. They are in the worlds, and they get through.',
  '- That failures come as independent counts. Where they come in bursts the judge needs to be told (`fano`); `npm run bench',
  '  canary` shows what happens otherwise.',
  '- Where two arms have the same figures, the pillar that is off decided nothing in these worlds. In production a person is',
  '  asked whatever the risk, so that history and risk change what people read more than what happens.',
];
