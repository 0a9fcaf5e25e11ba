import type { Log } from '../deployer/types.ts';

export type Callers = {
  /** Changes how many calls a second there are; 0 stops them. */
  readonly rate: (perSecond: number) => void;
  readonly close: () => void;
};

const TICK_MS = 20;
// A machine that stood still does not make up for more than this.
const MOST_AT_ONCE = 50;
const MOST_OPEN = 500;

/** A steady stream of calls. What is due by the clock is sent, so that a busy machine sends no fewer. */
export function callers(call: (sent: number) => Promise<unknown>, perSecond: number, log: Log): Callers {
  let rate = perSecond;
  let due = 0;
  let sent = 0;
  let open = 0;
  let last = performance.now();
  const send = (): void => {
    open += 1;
    sent += 1;
    call(sent)
      .catch((error: unknown) => log(`a call found no function: ${error}`))
      .finally(() => {
        open -= 1;
      });
  };
  const timer = setInterval(() => {
    const now = performance.now();
    due = Math.min(MOST_AT_ONCE, due + ((now - last) / 1000) * rate);
    last = now;
    for (; due >= 1 && open < MOST_OPEN; due -= 1) send();
  }, TICK_MS);
  return {
    rate: (next) => {
      rate = next;
      due = 0;
    },
    close: () => clearInterval(timer),
  };
}
