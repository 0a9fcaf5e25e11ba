/** An operation's refusal, in the words and with the status that GitHub uses. */
export class GithubRefusal extends Error {
  override readonly name = 'GithubRefusal';
  readonly status: number;
  readonly errors: readonly Readonly<Record<string, unknown>>[] | undefined;

  constructor(status: number, message: string, errors?: readonly Readonly<Record<string, unknown>>[]) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

export function notFound(): GithubRefusal {
  return new GithubRefusal(404, 'Not Found');
}

/** GitHub's 422 with a list of what is wrong. */
export function validationFailed(resource: string, field: string, message: string): GithubRefusal {
  return new GithubRefusal(422, 'Validation Failed', [{ resource, code: 'custom', field, message }]);
}

/** The body of a refusal as GitHub words it. */
export function refusalBody(refusal: GithubRefusal): Readonly<Record<string, unknown>> {
  return {
    message: refusal.message,
    ...(refusal.errors !== undefined && { errors: refusal.errors }),
    documentation_url: 'https://docs.github.com/rest',
    status: String(refusal.status),
  };
}
