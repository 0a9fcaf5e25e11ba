import type { Subject } from '../kernel/index.ts';
import type { Approval, Plan } from './approval.ts';

/** Wakes what waits for an answer; nothing that waits is success. */
export type WakeSubject = (subject: Subject) => Promise<void>;

/** The facts of a plan as the systems have them now; undefined when they cannot be read. */
export type PlanNow = (approval: Pick<Approval, 'data'>) => Promise<Plan['facts'] | undefined>;

/** The claims of a token whose signature, issuer, audience and times have been verified. */
export type Claims = { readonly iss: string; readonly [claim: string]: unknown };

/**
 * Verifies a bearer token against the configured issuers.
 * Throws Fault: Unauthenticated (any flaw of the token), Unavailable (the issuer's keys cannot be had).
 */
export type VerifyToken = (token: string) => Promise<Claims>;
