import type { Stage } from './plan-contract.ts';

/** Stages with all that they ask for, as people read them: two that read alike are alike. */
export function ladderText(stages: readonly Stage[]): string {
  return stages.map(stageText).join(', ');
}

function stageText({ weight, minSeconds, maxSeconds, minRequests }: Stage): string {
  // twelve digits: a share is given by a person, and went through a float
  return `${Number((weight * 100).toPrecision(12))} % (${minSeconds} to ${maxSeconds} s, ${minRequests} requests)`;
}
