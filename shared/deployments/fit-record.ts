import { kindsOf } from './rules/path-rules.ts';
import type { SeenFile } from './rules/seen-files.ts';

/** A decision is at most 64 KB (kernel/decide.ts): what a large change or a long past may take up of it, in characters. */
const MOST = { files: 40_000, titles: 5000, past: 30_000 } as const;
/** Of a path that says nothing about its change, when there is little room. */
const SHORT_PATH = 24;

/** The titles that there is room for, newest first. */
export function fitTitles(titles: readonly string[]): readonly string[] {
  return within(titles, MOST.titles, (title) => title.length);
}

/** The past deployments that there is room for, nearest first. */
export function fitPast<Past>(past: readonly Past[]): readonly Past[] {
  return within(past, MOST.past, sizeOf);
}

/**
 * The files of a change, small enough to be recorded. Where they are too many, a path that is of no kind keeps its end
 * alone; what then still does not fit is left out, and said to be.
 */
export function fitFiles(files: readonly SeenFile[]): {
  readonly files: readonly SeenFile[];
  readonly whole: boolean;
} {
  const room = (given: readonly SeenFile[]) => within(given, MOST.files, sizeOf);
  if (room(files).length === files.length) return { files, whole: true };
  const short = files.map(shortened);
  const fitted = room(short);
  return { files: fitted, whole: fitted.length === short.length };
}

function shortened(file: SeenFile): SeenFile {
  const path = `…${file.path.slice(-SHORT_PATH)}`;
  const paths = [file.path, path, ...(file.previousPath === undefined ? [] : [file.previousPath])];
  if (paths.some((each) => kindsOf(each).length > 0)) return file;
  const { previousPath: _previous, ...rest } = file;
  return { ...rest, path };
}

const sizeOf = (value: unknown): number => JSON.stringify(value).length;

function within<Each>(all: readonly Each[], most: number, size: (each: Each) => number): readonly Each[] {
  let used = 0;
  const end = all.findIndex((each) => {
    used += size(each);
    return used > most;
  });
  return end === -1 ? all : all.slice(0, end);
}
