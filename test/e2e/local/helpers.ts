import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import * as z from 'zod';

/** Functions that echo, and write what reaches them to files. */
export const FIXTURE_FUNCTIONS = join(import.meta.dirname, 'fixtures/functions');

/** This repository. */
export const ROOT = join(import.meta.dirname, '../../..');

const directories: string[] = [];

/** A new empty directory, removed by {@link removeTemporaryDirectories}. */
export const temporaryDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'wend-'));
  directories.push(directory);
  return directory;
};

export const removeTemporaryDirectories = (): void => {
  for (const directory of directories.splice(0)) {
    rmSync(directory, { recursive: true, force: true });
  }
};

/** The real SDK's client against a local bus. */
export const busClient = (endpoint: string): EventBridgeClient =>
  new EventBridgeClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });

/** An entry whose event the fixture's consumer writes to a file. */
export const entry = (detail: {
  readonly file: string;
  readonly line: string;
  readonly [name: string]: unknown;
}) => ({
  EventBusName: 'wend',
  Source: 'wend',
  DetailType: 'Events Received',
  Detail: JSON.stringify(detail),
});

/** Puts entries, and fails the test where one is not accepted. */
export const put = async (
  client: EventBridgeClient,
  entries: readonly ReturnType<typeof entry>[],
): Promise<readonly string[]> => {
  const answer = await client.send(new PutEventsCommand({ Entries: [...entries] }));
  return (answer.Entries ?? []).map((result) => {
    if (result.EventId === undefined) {
      throw new Error(`${result.ErrorCode}: ${result.ErrorMessage}`);
    }
    return result.EventId;
  });
};

/** The lines of a file; none while it isn't there. */
export const linesOf = (path: string): readonly string[] =>
  existsSync(path)
    ? readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    : [];

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until something holds; throws after the limit. */
export const until = async (reached: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<void> => {
  const end = Date.now() + limitMs;
  while (!(await reached())) {
    if (Date.now() > end) {
      throw new Error(`not reached within ${limitMs} ms: ${reached}`);
    }
    await pause(5);
  }
};

const readySchema = z.object({ url: z.string(), busUrl: z.string(), storeUrl: z.string() });

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A script of this repository in a process of its own. */
export interface Started {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly ended: Promise<Ended>;
}

const running = new Set<ChildProcess>();

/** Runs a TypeScript file under Node 24 with the given variables and none of ours but where compiled code is kept. */
export const startScript = (file: string, variables: Readonly<Record<string, string>>): Started => {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(WEND_|AWS_|PORT$|VITEST|NODE_(?!COMPILE_CACHE$))/.test(name),
  );
  const child = spawn(process.execPath, [file], {
    cwd: ROOT,
    env: { ...Object.fromEntries(inherited), ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('exit', (code, signal) => {
      running.delete(child);
      setImmediate(() => resolve({ code, signal, stdout, stderr }));
    });
  });
  return { process: child, pid: child.pid ?? 0, stdout: () => stdout, stderr: () => stderr, ended };
};

/** Kills what a test has left running. */
export const endScripts = (): void => {
  for (const child of running) {
    child.kill('SIGKILL');
  }
};

/** Starts the local service with the fixture's functions, and waits until it is ready. */
export const startFixture = async (
  variables: Readonly<Record<string, string>>,
): Promise<Started & z.infer<typeof readySchema>> => {
  const started = startScript('test/e2e/local/fixtures/start.ts', { PORT: '0', ...variables });
  const addresses = (): string | undefined => /^\{.*\}$/m.exec(started.stdout())?.[0];
  await Promise.race([
    until(() => addresses() !== undefined),
    started.ended.then((ended) => {
      throw new Error(`it ended with ${ended.code}: ${ended.stderr}`);
    }),
  ]);
  return { ...started, ...readySchema.parse(JSON.parse(addresses() ?? '')) };
};

/** Whether a process runs (one that has ended but was not waited for does not). */
export const isRunning = (pid: number): boolean => {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

const readProcess = (pid: number, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
};

/** Processes that hold a store in this directory, and those that watch over them. */
export const processesOn = (directory: string): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => readProcess(pid, 'cmdline').includes(`${directory}/dynamodb.db`) && isRunning(pid));

/** The stores among them. */
export const storesOn = (directory: string): readonly number[] =>
  processesOn(directory).filter((pid) => readProcess(pid, 'comm').trim() === 'dynoxide');
