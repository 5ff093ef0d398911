/** Where a command speaks, and what it is told by its surroundings. */
export interface Console {
  readonly environment: { readonly [name: string]: string | undefined };
  /** Results. */
  readonly out: (text: string) => void;
  /** Everything else. */
  readonly err: (text: string) => void;
  /** Whether somebody watches `err`: only then is there a progress bar. */
  readonly isTerminal: boolean;
}

/** Findings, refusals, and what could not be reached. */
export const EXIT_REFUSED = 1;
/** The command was not called as it must be. */
export const EXIT_USAGE = 2;

/** Ends a command with a message and an exit code; anything else that is thrown is a bug. */
export class CommandFailure extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT_REFUSED, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommandFailure';
    this.exitCode = exitCode;
  }
}

/** JSON as `--json` prints it. */
export const printJson = ({ out }: Console, value: unknown): void =>
  out(`${JSON.stringify(value, null, 2)}\n`);

/** Whole numbers with a comma every three digits, whatever the machine's language. */
export const grouped = (value: number): string =>
  String(Math.round(value)).replace(/\B(?=(?:\d{3})+(?!\d))/g, ',');

/** Lines of columns, the first aligned left and the others right. */
export const table = (rows: readonly (readonly string[])[]): string => {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return rows.map((row) => `  ${line(row)}\n`).join('');
};

/** What is known of an error that somebody else threw. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
