import { type Io, paint } from './io.ts';

export type DrawnLine = { readonly text: string; readonly colour?: Parameters<typeof paint>[1] };

/** Lines at the foot of a terminal that are drawn anew, and prose that scrolls above them. */
export type LiveArea = {
  /** A line that stays. */
  readonly say: (line: string) => void;
  /** Replaces the lines at the foot; nothing where stderr is no terminal. */
  readonly draw: (lines: readonly DrawnLine[]) => void;
};

const UP = (lines: number) => `\u001b[${lines}A`;
const CLEAR_BELOW = '\u001b[0J';

/** An area on stderr. What does not fit into the terminal's width is cut, so that a line stays one line. */
export function liveArea(io: Io, write = (text: string) => void process.stderr.write(text)): LiveArea {
  let drawn: readonly DrawnLine[] = [];
  const { size } = io;
  const wipe = () => (drawn.length === 0 ? '' : `${UP(drawn.length)}\r${CLEAR_BELOW}`);
  const rendered = () => drawn.map((line) => `${renderedLine(io, line)}\n`).join('');
  return {
    say: (line) => {
      if (size === undefined) io.say(line);
      else write(`${wipe()}${line}\n${rendered()}`);
    },
    draw: (lines) => {
      if (size === undefined) return;
      const before = wipe();
      drawn = lines.slice(0, Math.max(0, size.rows - 2));
      write(`${before}${rendered()}`);
    },
  };
}

function renderedLine(io: Io, { text, colour }: DrawnLine): string {
  const cut = text.slice(0, Math.max(1, (io.size?.columns ?? 80) - 1));
  return colour === undefined ? cut : paint(io, colour, cut);
}
