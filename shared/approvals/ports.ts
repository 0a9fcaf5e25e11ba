import type { Subject } from '../kernel/index.ts';

/** Wakes what waits for an answer; nothing that waits is success. */
export type WakeSubject = (subject: Subject) => Promise<void>;

/** The claims of a token whose signature, issuer, audience and times have been verified. */
export type Claims = { readonly iss: string; readonly [claim: string]: unknown };

/**
 * Verifies a bearer token against the configured issuers.
 * Throws Fault: Unauthenticated (any flaw of the token), Unavailable (the issuer's keys cannot be had).
 */
export type VerifyToken = (token: string) => Promise<Claims>;
