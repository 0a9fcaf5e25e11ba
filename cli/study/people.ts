import { TIMINGS } from '../../shared/rollouts/contract.ts';
import { ASSUMPTIONS } from './assumptions.ts';
import { normal, stream } from './chance.ts';
import { isOddHour } from './change.ts';
import { DRAWS, type Organisation, type SimulatedService } from './organisation.ts';

/** What a person is asked for; each question draws its own delay, the same in every arm. */
export const QUESTIONS = { approval: 1, hold: 2, condemned: 3, alarm: 4 } as const;
export type Question = keyof typeof QUESTIONS;

/** Minutes after which nobody is waited for any more (four hours, as production waits for approvals and holds). */
export const LONGEST_WAIT = TIMINGS.holdWait / 60;

type Asked = {
  readonly organisation: Organisation;
  readonly index: number;
  readonly service: SimulatedService;
};

/** Whole minutes until a person answers what is asked at a time; `turn` counts questions of a kind. */
export function answerMinutes(asked: Asked, question: Question, at: number, turn = 0): number {
  const { organisation, index, service } = asked;
  const chance = stream(organisation.seed, DRAWS.people, index, 10 * QUESTIONS[question] + turn);
  const { workingMedian, otherMedian, spread } = ASSUMPTIONS.answer;
  const median = isOddHour(at, service.zone).is ? otherMedian : workingMedian;
  return Math.ceil(median * Math.exp(spread * normal(chance)));
}
