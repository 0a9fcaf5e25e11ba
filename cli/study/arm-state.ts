import type { ReadSet } from '../policy-document.ts';
import type { ArmMemory } from './arm-memory.ts';
import type { Arrival } from './change.ts';
import type { EventQueue } from './event-queue.ts';
import type { Risk } from './govern.ts';
import type { Organisation } from './organisation.ts';
import type { RolloutEnd } from './rollout.ts';

/** The pillars of the flow; one that is off takes no part. All off: everything goes out at once. */
export type Pillars = {
  readonly history: boolean;
  readonly risk: boolean;
  readonly canary: boolean;
  readonly governance: boolean;
};

export type ArmSettings = {
  readonly pillars: Pillars;
  readonly policies: ReadSet;
  readonly environment: string;
  /** Without it history counts outcomes only. */
  readonly retrieval: boolean;
  /** Minutes between two looks of the judge. */
  readonly step: number;
};

/** What became of one change. */
export type Fate = {
  readonly arrival: Arrival;
  readonly to: 'promoted' | 'rolled-back' | 'lapsed' | 'blocked' | 'observed';
  readonly score: number;
  /** Whether it took any traffic. */
  readonly released: boolean;
  /** Minutes from the request to all of the traffic, or to the end. */
  readonly minutes: number;
  /** Times that a person was asked. */
  readonly asked: number;
  /** Minutes of the canary until the verdict, or at all of the traffic until somebody noticed. */
  readonly seenAfter?: number;
  readonly seenBy?: RolloutEnd['by'] | 'alarm' | 'nobody';
  /** Minutes, as if at all of the traffic, in which users met its fault. */
  readonly met: number;
};

export type ArmEvent =
  | { readonly kind: 'asked'; readonly arrival: Arrival; readonly times: number }
  | { readonly kind: 'answered'; readonly arrival: Arrival; readonly risk: Risk }
  | { readonly kind: 'ended'; readonly arrival: Arrival; readonly failed: boolean };

export type Arm = {
  readonly organisation: Organisation;
  readonly settings: ArmSettings;
  readonly queue: EventQueue<ArmEvent>;
  readonly memory: ArmMemory;
  readonly fates: Fate[];
};

export const MINUTE = 60_000;
