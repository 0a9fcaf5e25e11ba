/** Text from outside on one line, of which nothing is a column, a fence or an end of ours. */
export function plain(text: string): string {
  return text
    .replace(/[\s\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .trim()
    .replaceAll('|', '¦')
    .replaceAll('`', "'");
}

/**
 * The same as code: the forge reads no markup in it, and no "fixes #12" that would close an issue at the merge, no name that
 * would be called. The empty text stays empty: two backticks are none.
 */
export function quoted(text: string): string {
  const said = plain(text);
  return said === '' ? '' : `\`${said}\``;
}
