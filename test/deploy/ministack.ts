import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { run, stopGroup, tailOf } from './run.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** Ignored by git: the emulator, what it wrote, and what was synthesized for it. */
export const WORK = join(REPOSITORY, '.wend-deploy');

const REQUIREMENTS = fileURLToPath(new URL('./requirements.txt', import.meta.url));

/** The emulator can't be had, or does not start; the message says why. */
class NoEmulator extends Error {
  override readonly name = 'NoEmulator';
}

/** MiniStack, running. */
export interface Emulator {
  readonly endpoint: string;
  readonly stop: () => Promise<void>;
}

const venv = join(WORK, 'venv');
const stampPath = join(venv, '.installed');

const isInstalled = async (wanted: string): Promise<boolean> => {
  try {
    return (await readFile(stampPath, 'utf8')) === wanted;
  } catch {
    return false;
  }
};

/** A command of a package that pip installed. */
export const toolPath = (name: string): string => join(venv, 'bin', name);

/**
 * Installs MiniStack and cfn-lint with pip into a virtual environment of the project, unless they are there.
 *
 * @throws NoEmulator with what python or pip said
 */
export const installTools = async (): Promise<void> => {
  const wanted = createHash('sha256')
    .update(await readFile(REQUIREMENTS))
    .digest('hex');
  if (await isInstalled(wanted)) return;
  console.log('Installing MiniStack and cfn-lint by pip (once, about 30 s) …');
  await rm(venv, { recursive: true, force: true });
  await mkdir(WORK, { recursive: true });
  const made = await run('python3', ['-m', 'venv', venv], { timeout: 120_000 });
  if (made.code !== 0) {
    throw new NoEmulator(
      `MiniStack needs Python 3.10 or later with venv, and there is none:\n${tailOf(made)}`,
    );
  }
  const pip = [
    'install',
    '--disable-pip-version-check',
    '--no-input',
    '--quiet',
    // Python compiles what it runs, and that is little of what comes along.
    '--no-compile',
    '--requirement',
    REQUIREMENTS,
  ];
  const installed = await run(toolPath('pip'), pip, { timeout: 240_000 });
  if (installed.code !== 0) {
    throw new NoEmulator(
      `pip can't provide MiniStack and cfn-lint (test/deploy/requirements.txt):\n${tailOf(installed)}`,
    );
  }
  await writeFile(stampPath, wanted);
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });

/**
 * A shell leads the group of the emulator and all functions that it runs, and reads from us: when we are gone, however
 * that came about, it reads the end and takes the group with it; so it does when the emulator ends by itself.
 */
const KEEPER = `end() { rm -rf "$1"; kill -KILL 0; }
("$0"; end "$1") & trap 'end "$1"' EXIT; cat >/dev/null`;

const isUp = async (endpoint: string): Promise<boolean> => {
  try {
    return (await fetch(`${endpoint}/_ministack/health`)).ok;
  } catch {
    return false;
  }
};

const START_WITHIN_MS = 60_000;

/**
 * Starts MiniStack on a free port of the loopback interface, with an empty memory.
 *
 * @throws NoEmulator with the end of its log
 */
export const startEmulator = async (): Promise<Emulator> => {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  // Not within the repository, a package of ES modules: it puts CommonJS here, and every function would answer 502.
  const scratch = await mkdtemp(join(tmpdir(), 'wend-ministack-'));
  const logPath = join(WORK, 'ministack.log');
  const log = openSync(logPath, 'w');
  const child = spawn('sh', ['-c', KEEPER, toolPath('ministack'), scratch], {
    cwd: scratch,
    detached: true,
    stdio: ['pipe', log, log],
    env: {
      // It runs functions with the first `node` of the PATH: the one that runs us.
      PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`,
      HOME: scratch,
      TMPDIR: scratch,
      BIND_HOST: '127.0.0.1',
      MINISTACK_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
    },
  });
  closeSync(log);
  const stop = stopperOf(child, scratch);
  const deadline = Date.now() + START_WITHIN_MS;
  while (!(await isUp(endpoint))) {
    if (child.signalCode !== null || Date.now() > deadline) {
      await stop();
      const said = readFileSync(logPath, 'utf8').trim().split('\n').slice(-25).join('\n');
      throw new NoEmulator(`MiniStack does not start:\n${said}`);
    }
    await sleep(100);
  }
  return { endpoint, stop };
};

const stopperOf = (child: ChildProcess, scratch: string) => {
  const onExit = (): void => stopGroup(child, 'SIGKILL');
  process.once('exit', onExit);
  return async (): Promise<void> => {
    process.off('exit', onExit);
    const gone = new Promise<void>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) resolve();
      else child.once('exit', () => resolve());
    });
    stopGroup(child, 'SIGKILL');
    await gone;
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  };
};
