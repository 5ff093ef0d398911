import { type ChildProcess, spawn } from 'node:child_process';

/** How a command ended. */
export interface Ran {
  /** Its exit code; null where it did not start, or was stopped. */
  readonly code: number | null;
  /** All that it printed. */
  readonly output: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds after which it is stopped. */
  readonly timeout: number;
}

/** Stops a process and all that it started. It has to lead a group of its own. */
export const stopGroup = ({ pid }: ChildProcess, signal: NodeJS.Signals): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Gone already.
  }
};

/** Runs a command to its end. */
export const run = (
  command: string,
  argv: readonly string[],
  { cwd, env = process.env, timeout }: RunOptions,
): Promise<Ran> =>
  new Promise((resolve) => {
    const child = spawn(command, [...argv], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    const onExit = (): void => stopGroup(child, 'SIGKILL');
    process.once('exit', onExit);
    const timer = setTimeout(() => {
      chunks.push(Buffer.from(`\nstopped after ${timeout / 1000} s`));
      stopGroup(child, 'SIGKILL');
    }, timeout);
    const finish = (code: number | null): void => {
      clearTimeout(timer);
      process.off('exit', onExit);
      resolve({ code, output: Buffer.concat(chunks).toString('utf8') });
    };
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', (error) => {
      chunks.push(Buffer.from(`${command} does not start: ${error.message}`));
      finish(null);
    });
    child.on('close', finish);
  });

/** The last lines of what a command printed, which say why it failed. */
export const tailOf = ({ output }: Ran, lines = 25): string =>
  output.trim().split('\n').slice(-lines).join('\n');
