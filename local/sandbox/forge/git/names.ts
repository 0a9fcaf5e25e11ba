const REPOSITORY = /^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const BRANCH = /^[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}$/;
const SHA = /^[0-9a-f]{40}$/;
const FORBIDDEN_PARTS = new Set(['', '.', '..', '.git']);

/** "owner/name", safe as two folder names. */
export function isRepositoryName(name: string): boolean {
  return REPOSITORY.test(name) && !name.includes('..') && !name.endsWith('.git');
}

/** Narrower than git's own rules (git check-ref-format): what cannot be misread as an option, a range or a folder. */
export function isBranchName(name: string): boolean {
  if (!BRANCH.test(name) || isSha(name) || name.includes('..') || name.endsWith('.')) return false;
  return name.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'));
}

export function isSha(text: string): boolean {
  return SHA.test(text);
}

/** A path inside a repository: relative, without control characters, never into git's own folder. */
export function isFilePath(path: string): boolean {
  if (path.length > 1000 || path.includes('\\') || /\p{Cc}/u.test(path)) return false;
  return path.split('/').every((part) => !FORBIDDEN_PARTS.has(part.toLowerCase()));
}
