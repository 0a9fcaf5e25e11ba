/** The type of a conventional commit, or the first word of any other title; also in brackets. */
const TYPE = /^[[(]?hot-?fix(?:es)?(?![\w-])/i;
/** A branch, as the title of a merge names it: `Merge pull request #7 from acme/hotfix/tax`. */
const BRANCH = /(?:(?:^|[\s/'"])hot-?fix(?:es)?\/|[/'"]hot-?fix(?:es)?-)\w/i;

/** The first of the titles that says its change is a hotfix, by its type or by the branch that it merges. */
export function hotfixAmong(titles: readonly string[]): string | undefined {
  return titles.find((title) => TYPE.test(title) || BRANCH.test(title));
}
