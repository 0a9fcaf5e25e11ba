/**
 * One scalar of a YAML manifest, named by a JSON pointer (RFC 6901) such as `/spec/source/targetRevision`.
 * Throws Fault InvalidInput, naming the pointer, when it is not exactly one plain or quoted one-line string.
 */
export type Manifest = {
  readonly read: (text: string, pointer: string) => string;
  /** The text with that scalar replaced and every other byte kept, and what stood there before. */
  readonly splice: (
    text: string,
    pointer: string,
    value: string,
  ) => { readonly text: string; readonly before: string };
};
