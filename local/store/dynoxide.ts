import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, StartFailure } from '../start-failure.ts';
import { indexStreamRecords } from './stream-records.ts';

/** A running embedded DynamoDB. */
export interface EmbeddedStore {
  readonly endpoint: string;
  readonly pid: number;
  /** Resolves with a sentence when it ends without having been stopped. */
  readonly failed: Promise<string>;
  readonly stop: () => Promise<void>;
}

const START_LIMIT_MS = 5_000;
const STOP_LIMIT_MS = 1_000;

/**
 * The store is a child of a shell that has become it by `exec`. A second shell watches a pipe from this process:
 * when this process dies, however it dies, the kernel closes the pipe, and the store is told to end. A line on the
 * pipe says that all is well. So a kill -9 leaves no orphan behind.
 */
const WATCHED = '(read -r _ <&3 || kill -TERM $$) >/dev/null 2>&1 & exec "$0" "$@" 3<&-';

/** What it says of itself, and is no reason for anything. */
const GREETING = /^(Dynoxide listening on .*|Shutting down.*)$\n?/gm;

/** The binary for this machine. */
const binary = (): string => {
  try {
    return createRequire(import.meta.url).resolve('@dynoxide/linux-x64/dynoxide');
  } catch (error) {
    throw new StartFailure(
      `The embedded DynamoDB (dynoxide) is missing: it comes with \`npm ci\` on linux-x64 only, and this is ${process.platform}-${process.arch}; elsewhere set AWS_ENDPOINT_URL_DYNAMODB to any DynamoDB.`,
      { cause: error },
    );
  }
};

const socketsOf = (pid: number): ReadonlySet<string> => {
  const sockets = new Set<string>();
  for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1];
      if (inode !== undefined) {
        sockets.add(inode);
      }
    } catch {
      // Descriptors come and go while they are listed.
    }
  }
  return sockets;
};

const LISTENING = '0A';

/**
 * The TCP port that a process listens on, from `/proc`: dynoxide takes a free port for `--port 0` and does not say
 * which. (Choosing a port beforehand would race with whoever else is looking for one.)
 */
const listeningPort = (pid: number): number | undefined => {
  try {
    const sockets = socketsOf(pid);
    for (const line of readFileSync(`/proc/${pid}/net/tcp`, 'utf8').split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[3] === LISTENING && sockets.has(fields[9] ?? '')) {
        return Number.parseInt(fields[1]?.split(':')[1] ?? '', 16);
      }
    }
  } catch {
    // The process has ended; who waits for the port finds out.
  }
  return undefined;
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const waitForPort = async (child: ChildProcess, pid: number, said: () => string): Promise<number> => {
  const end = Date.now() + START_LIMIT_MS;
  while (child.exitCode === null && child.signalCode === null && Date.now() < end) {
    const port = listeningPort(pid);
    if (port !== undefined) {
      return port;
    }
    await pause(5);
  }
  throw new StartFailure(`The embedded DynamoDB did not start${said() === '' ? '' : `: ${said()}`}.`);
};

const stopChild = async (child: ChildProcess, ended: Promise<unknown>): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await ended;
  clearTimeout(timer);
};

/**
 * Ends a store that an earlier service left behind: its watcher was killed with it. The process must still be one
 * that runs on this very file.
 */
export const endOrphan = async (pid: number, path: string): Promise<void> => {
  const isOurs = (): boolean => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(path);
    } catch {
      return false;
    }
  };
  const end = Date.now() + STOP_LIMIT_MS;
  for (let signal: NodeJS.Signals = 'SIGTERM'; isOurs(); signal = Date.now() < end ? 'SIGTERM' : 'SIGKILL') {
    try {
      process.kill(pid, signal);
    } catch (error) {
      throw new StartFailure(
        `An embedded DynamoDB of an earlier run (process ${pid}) can't be ended: ${messageOf(error)}.`,
        { cause: error },
      );
    }
    await pause(20);
  }
};

/** A file that is gone, but for the store that has it open. */
interface Scratch {
  readonly path: string;
  readonly unlink: () => void;
}

/** In memory the store's stream could not be given its index; a file that no name leads to keeps nothing either. */
const scratchFile = (): Scratch => {
  const directory = mkdtempSync(join(tmpdir(), 'wend-store-'));
  return {
    path: join(directory, 'dynamodb.db'),
    unlink: () => rmSync(directory, { recursive: true, force: true }),
  };
};

/**
 * Starts dynoxide on a free loopback port.
 *
 * @param given its file; undefined keeps nothing
 * @throws {StartFailure} when it isn't there or does not start
 */
export const startDynoxide = async (given: string | undefined): Promise<EmbeddedStore> => {
  const scratch = given === undefined ? scratchFile() : undefined;
  const path = given ?? scratch?.path ?? '';
  const args = ['--host', '127.0.0.1', '--port', '0', '--db-path', path];
  const child = spawn('/bin/sh', ['-c', WATCHED, binary(), ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C in the terminal reaches only us, and we end it when nothing is under way any more.
    detached: true,
  });
  let heard = '';
  const said = (): string => heard.replace(GREETING, '').trim();
  child.stderr?.on('data', (chunk: Buffer) => {
    heard = `${heard}${chunk.toString('utf8')}`.slice(-500);
  });
  const watch = child.stdio[3];
  let stopping = false;
  const { promise: failed, resolve: fail } = Promise.withResolvers<string>();
  const ended = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      heard = messageOf(error);
      resolve();
    });
    child.on('exit', () => {
      if (watch && 'end' in watch) {
        watch.on('error', () => {});
        watch.end('ended\n');
      }
      if (!stopping) {
        fail(`The embedded DynamoDB ended unexpectedly${said() === '' ? '' : `: ${said()}`}.`);
      }
      resolve();
    });
  });
  const stop = async (): Promise<void> => {
    stopping = true;
    await stopChild(child, ended);
  };
  try {
    const pid = child.pid ?? 0;
    const port = await waitForPort(child, pid, said);
    indexStreamRecords(path);
    scratch?.unlink();
    return { endpoint: `http://127.0.0.1:${port}`, pid, failed, stop };
  } catch (error) {
    await stop();
    scratch?.unlink();
    throw error;
  }
};
