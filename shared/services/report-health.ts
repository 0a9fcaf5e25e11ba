import { type Clock, isoTime } from '../kernel/index.ts';

type Deps = {
  readonly clock: Clock;
  readonly software: { readonly version: string; readonly configDigest: string };
};

/** That this deployment answers, and what it is. Says nothing of the services it watches. */
export function reportHealth({ clock, software }: Deps) {
  return { status: 'ok', at: isoTime(clock()), ...software };
}
