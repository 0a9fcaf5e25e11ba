import { decimal, fromDecimal, isoTime } from '../kernel/index.ts';
import type { Commit, DeliveryTarget, DeployedWindow } from '../ports/index.ts';
import { condemnedBy } from '../rollouts/index.ts';
import { CANDIDATE_SEARCH_COMMITS, CANDIDATE_SEARCH_DAYS, STABLE_UPTIME } from './contract.ts';
import type { WorldDeps } from './ports.ts';
import { ask } from './read-world.ts';
import { type CandidateEvidence, type ChooseCandidateInputs, refusal } from './rules/choose-candidate.ts';

const MESSAGE_CHARACTERS = 120;

/**
 * Walks the ancestors of the degraded revision, newest first, and gathers the evidence for each until one passes, the
 * history ends (30 days, 50 commits) or the time is up. But for the first, uptime is read before the checks: it refuses most.
 */
export async function searchCandidate(
  deps: WorldDeps,
  search: { readonly target: DeliveryTarget; readonly repository: string; readonly current: string },
): Promise<ChooseCandidateInputs> {
  const startedAt = deps.clock();
  const deadline = startedAt + deps.timings.candidateSearch * 1000;
  const limits = {
    stableUptime: decimal(STABLE_UPTIME),
    days: CANDIDATE_SEARCH_DAYS,
    commits: CANDIDATE_SEARCH_COMMITS,
  };
  const base = { current: search.current, now: isoTime(startedAt), limits };
  // Without a revision there is no ancestor: the forge would answer with its default branch.
  if (search.current === '') return { ...base, evidence: [], search: { ended: 'unreadable', examined: 0 } };
  const [commits, windows] = await Promise.all([
    ask(deps, 'commits', () =>
      deps.forge.commits(search.repository, search.current, CANDIDATE_SEARCH_COMMITS + 1),
    ),
    ask(deps, 'deployments', () => deps.health.deployments(search.target)),
  ]);
  if (commits === undefined || windows === undefined)
    return { ...base, evidence: [], search: { ended: 'unreadable', examined: 0 } };
  const evidence: CandidateEvidence[] = [];
  const committed = commits.find((each) => each.sha === search.current)?.committedAt;
  const ended = (how: ChooseCandidateInputs['search']['ended']) => ({
    ...base,
    ...(committed !== undefined && { currentCommittedAt: committed }),
    evidence,
    search: { ended: how, examined: evidence.length },
  });
  for (const commit of commits.filter((each) => each.sha !== search.current)) {
    if (deps.clock() >= deadline) return ended('timed-out');
    const found = await evidenceOf(deps, search, commit, { windows, likely: evidence.length === 0 });
    if (found === undefined) return ended('unreadable');
    evidence.push(found);
    if (refusal(found, base) === undefined) return ended('found');
  }
  return ended('exhausted');
}

async function evidenceOf(
  deps: WorldDeps,
  search: { readonly target: DeliveryTarget; readonly repository: string; readonly current: string },
  commit: Commit,
  { windows, likely }: { readonly windows: readonly DeployedWindow[]; readonly likely: boolean },
): Promise<CandidateEvidence | undefined> {
  const readCi = () => ask(deps, 'ci', () => deps.forge.ci(search.repository, commit.sha));
  // The first ancestor is mostly the one: its checks are asked for at once, those of others only if their uptime holds.
  const early = likely ? readCi() : undefined;
  // refused credentials throw here only if the checks are needed
  early?.catch(() => undefined);
  const window = windows.findLast((each) => each.revision === commit.sha);
  // "Nothing was measured" is evidence; "could not be read" is none.
  const [answer, condemned] = await Promise.all([
    ask(deps, 'uptime', async () => ({
      uptime:
        window &&
        (await deps.history.uptime(search.target, { ...window, to: window.to ?? isoTime(deps.clock()) })),
    })),
    // What a canary was taken back for is not what to go back to.
    condemnedBy(deps.store, search.target.service, commit.sha),
  ]);
  if (answer === undefined) return undefined;
  const { uptime } = answer;
  const known = {
    revision: commit.sha,
    message: (commit.message.split('\n')[0] ?? '').slice(0, MESSAGE_CHARACTERS),
    committedAt: commit.committedAt,
    ...(condemned !== undefined && { condemnedBy: condemned }),
    ...(uptime !== undefined && { uptime: decimal(uptime.fraction), samples: uptime.samples }),
    ...(window !== undefined && {
      deployedFrom: window.from,
      ...(window.to !== undefined && { deployedTo: window.to }),
    }),
  };
  const unstable = known.uptime !== undefined && fromDecimal(known.uptime) < STABLE_UPTIME;
  if (unstable || condemned !== undefined) return { ...known, ci: 'unread' };
  const ci = await (early ?? readCi());
  return ci === undefined ? undefined : { ...known, ci: ci.state };
}
