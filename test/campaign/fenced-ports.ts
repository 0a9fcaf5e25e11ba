import { Fault } from '../../shared/kernel/index.ts';
import type { FaultKind } from './plan.ts';

/** One run of a function: a fence around its ports, so that a dead one acts no more. */
export type Fence = {
  readonly isDead: () => boolean;
  /** What goes wrong at this call; `delay` in seconds comes before. */
  readonly faultAt: (call: string) => { readonly kind: FaultKind | 'none'; readonly delay: number };
  /** This run of the function ends here, as by running out of memory. */
  readonly crash: () => void;
  /** The whole process ends here. */
  readonly kill: () => void;
};

/** A dead function's call never answers. */
const NEVER = new Promise<never>(() => {});

/** A port as a function sees it: every call may be delayed, fail before or after its effect, or be the function's last. */
export function fenced<Port extends object>(name: string, port: Port, fence: Fence): Port {
  return new Proxy(port, {
    get: (target, method) => {
      const real: unknown = Reflect.get(target, method);
      if (typeof real !== 'function') return real;
      return (...given: unknown[]) =>
        through(fence, `${name}.${String(method)}`, async () => Reflect.apply(real, target, given));
    },
  });
}

async function through(fence: Fence, call: string, run: () => Promise<unknown>): Promise<unknown> {
  if (fence.isDead()) return NEVER;
  const { kind, delay } = fence.faultAt(call);
  if (delay > 0) await pause(delay * 1000);
  if (fence.isDead()) return NEVER;
  const answer = await suffer(fence, call, kind, run);
  return fence.isDead() ? NEVER : answer;
}

async function suffer(
  fence: Fence,
  call: string,
  kind: FaultKind | 'none',
  run: () => Promise<unknown>,
): Promise<unknown> {
  switch (kind) {
    case 'none':
    case 'delay':
      return run();
    case 'lost-answer':
      await run();
      return fail(fence, new Fault('Unavailable', `${call} took effect and its answer was lost`));
    case 'repeated':
      await run();
      return run();
    case 'conflict':
      return { kind: 'moved' };
    case 'crash-before':
    case 'kill-before':
      return die(fence, kind);
    case 'crash-after':
    case 'kill-after':
      await run();
      return die(fence, kind);
    case 'unavailable':
      return fail(fence, new Fault('Unavailable', `${call} did not answer`));
    case 'throttled':
      return fail(fence, new Fault('RateLimited', `${call} asks to wait`, { retryAfterSeconds: 30 }));
    case 'malformed':
      return fail(fence, new Fault('Malformed', `${call} answered nonsense`));
    case 'denied':
      return fail(fence, new Fault('PermissionDenied', `${call} was refused`));
  }
}

function fail(fence: Fence, fault: Fault): Promise<never> {
  return fence.isDead() ? NEVER : Promise.reject(fault);
}

function die(fence: Fence, kind: FaultKind): Promise<never> {
  if (kind.startsWith('kill')) fence.kill();
  else fence.crash();
  return NEVER;
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((done) => {
    setTimeout(done, milliseconds);
  });

const FORGE_WRITES =
  /^forge\.(createBranch|deleteBranch|commitFile|openPullRequest|updatePullRequest|comment|addLabels|openIssue|leaveQueue|merge)$/;
const OTHER_WRITES = /^(store\.write|work\.(put|delete|mark)|signals\.(put|settle)|workflow\.|notify\.)/;

const isWrite = (call: string): boolean => FORGE_WRITES.test(call) || OTHER_WRITES.test(call);

/** Calls that leave something behind that a later process builds on: decisions, and what is done at the forge. */
export const isLasting = (call: string): boolean => call === 'store.write' || FORGE_WRITES.test(call);

/** Whether a kind can happen at a call: what an adapter never throws there is not thrown. */
export function fits(kind: FaultKind, call: string): boolean {
  const outside = /^(forge|health|history)\./.test(call);
  const read = outside || call.startsWith('coverage.');
  // By its contract it never throws.
  if (call === 'workflow.watchNow') return /delay|crash|kill|repeated/.test(kind);
  if (kind === 'malformed' || kind === 'denied') return read;
  if (kind === 'throttled') return outside || call.startsWith('notify.');
  if (kind === 'lost-answer' || kind === 'repeated') return isWrite(call);
  if (kind === 'conflict') return call === 'store.write';
  return true;
}
