/**
 * Where GitHub's own description is narrower than what GitHub does. Everything else is checked as described.
 * Each line has its reason; a relaxation without one does not belong here.
 */
export const STATUSES_OF_EVERY_OPERATION: Readonly<Record<number, string>> = {
  401: 'answered to a bad or missing token by every operation; the description lists it for some only',
  403: 'missing permission and secondary limits, which any operation can meet',
  404: 'answered instead of 403 where the token may not see the repository',
  422: 'a body or a sha that the operation cannot use; left out for some reads and check runs',
  429: 'rate limits may be answered with 429 (GitHub docs, "Rate limits for the REST API")',
  500: 'faults of the server',
  502: 'faults of the server',
  503: 'faults of the server',
  504: 'faults of the server',
};

export type Relaxation = { readonly schema: string; readonly property: string; readonly reason: string };

/** Required properties that GitHub's own recorded answers leave out. */
export const NOT_REQUIRED: readonly Relaxation[] = [
  {
    schema: 'team-simple',
    property: 'type',
    reason: 'absent in the description’s own examples of pull requests',
  },
  {
    schema: 'team',
    property: 'type',
    reason: 'absent in the description’s own examples of pull requests',
  },
  {
    schema: 'protected-branch-required-status-check',
    property: 'checks',
    reason: 'absent in the description’s own example of branch protection',
  },
];

/**
 * The first status from which `oneOf` is read as `anyOf`: error bodies are described as one of several schemas without
 * a required property (409 of repos/create-or-update-file-contents), so that every error matches all, and none passes.
 */
export const ANY_OF_FROM_STATUS = 400;
