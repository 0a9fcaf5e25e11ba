/** Where a command writes: one JSON document or plain results on stdout, progress and prose on stderr. */
export type Io = {
  readonly json: boolean;
  readonly colour: boolean;
  /** Of the terminal that stderr is; undefined where it is none: then nothing is drawn. */
  readonly size: { readonly columns: number; readonly rows: number } | undefined;
  readonly out: (line: string) => void;
  readonly say: (line: string) => void;
  /** The whole answer of a command under --json; nothing else may go to stdout then. */
  readonly document: (value: unknown) => void;
};

const PAINT = { green: 32, red: 31, yellow: 33, dim: 2, bold: 1 } as const;

export function terminalIo(json: boolean): Io {
  const { isTTY, columns = 80, rows = 24 } = process.stderr;
  return {
    json,
    size: isTTY === true ? { columns, rows } : undefined,
    colour: process.stderr.isTTY === true && process.stdout.isTTY === true,
    out: (line) => {
      if (!json) process.stdout.write(`${line}\n`);
    },
    say: (line) => {
      process.stderr.write(`${line}\n`);
    },
    document: (value) => {
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
    },
  };
}

/** Coloured only on a terminal. */
export function paint(io: Io, colour: keyof typeof PAINT, text: string): string {
  return io.colour ? `\u001b[${PAINT[colour]}m${text}\u001b[0m` : text;
}

/** A table with aligned columns; the first row is the heading. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
