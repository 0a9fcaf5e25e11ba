import { Session } from 'node:inspector/promises';

/** Files in which a part begins, and what it is. A sample belongs to the innermost of them. */
const PARTS = [
  ['find-similar.ts', 'context: what find-similar finds'],
  ['risk-score.ts', 'risk: the score of assess-risk'],
  ['policy-verdict.ts', 'policies: what evaluate-policies comes to'],
  ['judge-verdict.ts', 'the judge and the kill switch: the verdict of judge-rollout'],
  ['raw-guards.ts', 'the rule raw-guards'],
  ['climb.ts', 'traffic of both arms drawn, stages and holds'],
  ['error-budget.ts', 'error budget: burn rates'],
] as const;
const RUN = 'runStudy';
const COLLECTION = '(garbage collector)';
const REST = 'the world: changes, truth, history kept, figures';
const EVERY_MICROSECONDS = 200;

/** Shares of the time of a run by what it went to, from samples of the stack of `runStudy`; greatest first. */
export async function profileOf(run: () => void): Promise<readonly (readonly [string, number])[]> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: EVERY_MICROSECONDS });
  await session.post('Profiler.start');
  run();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  const parts = partsOf(profile.nodes);
  const counts = new Map<string, number>();
  let all = 0;
  // samples are counted, whatever lies between them: while others have the core none is taken
  for (const id of profile.samples ?? []) {
    const part = parts.get(id);
    if (part === undefined) continue;
    counts.set(part, (counts.get(part) ?? 0) + 1);
    all += 1;
  }
  return [...counts].map(([part, count]) => [part, count / all] as const).toSorted(([, a], [, b]) => b - a);
}

type Node = {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[] | undefined;
};

/** A node belongs to the part that begins in it, else to that of its caller: callers come first. Others are outside the run. */
function partsOf(nodes: readonly Node[]): ReadonlyMap<number, string> {
  const parts = new Map<number, string>();
  for (const { id, callFrame, children = [] } of nodes) {
    const { functionName, url } = callFrame;
    const begins = PARTS.find(([file]) => url.endsWith(`/${file}`))?.[1];
    const top = functionName === RUN ? REST : undefined;
    const part = functionName === COLLECTION ? 'garbage collection' : (begins ?? top ?? parts.get(id));
    if (part === undefined) continue;
    parts.set(id, part);
    for (const child of children) parts.set(child, part);
  }
  return parts;
}
