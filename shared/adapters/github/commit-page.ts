/**
 * Where people see a commit: beside the API of github.com, above that of GitHub Enterprise Server (`/api/v3`), and under
 * whatever else answers in its shape.
 */
export function commitPage(apiUrl: string): (repository: string, revision: string) => string {
  const { protocol, host, pathname } = new URL(apiUrl);
  const web = `${protocol}//${host === 'api.github.com' ? 'github.com' : host}`;
  const path = pathname.replace(/\/api\/v3\/?$/, '').replace(/\/+$/, '');
  return (repository, revision) => `${web}${path}/${repository}/commit/${revision}`;
}
