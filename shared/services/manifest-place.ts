import * as z from 'zod';

/**
 * Where a manifest stands, as the registry accepts it. The forge puts these texts into addresses and writes to what they
 * name, so a text that somebody could read as another place, or as an instruction, is refused at the door.
 */

/** Names that reach an object's own machinery when a document is walked by them. */
const UNSAFE_NAMES = ['__proto__', 'constructor', 'prototype'];

// Controls, and what a repository, a URL or a shell might read as something else.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const NOT_IN_A_PATH = /[\u0000-\u001f\u007f\\%?#*:"<>|]/;

/** The path of a YAML file inside a repository; never what the forge itself obeys (`.github/`, `.git/`). */
export const ManifestPath = z
  .string()
  .min(1)
  .max(400)
  .superRefine((path, context) => {
    const problem = problemOfPath(path);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

function problemOfPath(path: string): string | undefined {
  if (NOT_IN_A_PATH.test(path)) return 'must be plain: no backslash, %, ?, #, quotes or control characters';
  const segments = path.split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) {
    return 'must be the path of a file inside the repository: no /, // or .. to walk by';
  }
  if (segments.some((segment) => /^\.git(?:hub|lab)?$/i.test(segment.trim()))) {
    return 'must not lie where the forge keeps its own instructions';
  }
  return /\.ya?ml$/.test(path) ? undefined : 'must be the path of a YAML file inside the repository';
}

/** RFC 6901; none of its names may reach the machinery of an object. */
export const ManifestPointer = z
  .string()
  .max(400)
  .regex(/^(?:\/(?:[^~/]|~[01])+)+$/, 'must be a JSON pointer such as /spec/source/targetRevision')
  .refine(
    (pointer) => !pointer.split('/').some((name) => UNSAFE_NAMES.includes(unescaped(name))),
    `must not name ${UNSAFE_NAMES.join(', ')}`,
  );

function unescaped(name: string): string {
  return name.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** A branch that git takes (git-check-ref-format), and that is no option of a command. */
export const BranchName = z
  .string()
  .min(1)
  .max(200)
  .refine((branch) => isBranch(branch), 'must be the name of a branch');

function isBranch(branch: string): boolean {
  // letters, digits and a few marks: less than git takes, and nothing that it refuses
  if (!/^[\w./+@=#-]+$/.test(branch) || branch.startsWith('-') || branch === '@') return false;
  if (branch.includes('..') || branch.includes('@{') || branch.endsWith('.')) return false;
  return branch
    .split('/')
    .every((part) => part !== '' && !part.startsWith('.') && !part.toLowerCase().endsWith('.lock'));
}
