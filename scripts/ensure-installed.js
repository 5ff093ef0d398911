// Runs before npm's scripts (`npm start`, `npm test` …), on whatever Node the machine has (20 or later), so: plain JavaScript, no
// dependency. Everything after it runs on the Node 24 that it installs.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = join(root, 'node_modules');
const stampPath = join(modules, '.installed');

// That node_modules exists proves nothing: an interrupted install leaves half of it, and the service would quietly
// run on the machine's own Node. The stamp is written only once `npm ci` has succeeded.
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .update(`${process.platform}-${process.arch}`)
  .digest('hex');

const isInstalled = () =>
  existsSync(stampPath) &&
  readFileSync(stampPath, 'utf8').trim() === wanted &&
  existsSync(join(modules, '.bin', 'node'));

const refuse = (sentence) => {
  console.error(sentence);
  process.exit(1);
};

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

const pause = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

// `npm start` and `npm test` side by side in a fresh clone must not install into each other.
const lockPath = join(
  tmpdir(),
  `wend-install-${createHash('sha256').update(root).digest('hex').slice(0, 16)}.lock`,
);

// A holder that was killed leaves its lock, and one killed at once leaves it empty.
const isStale = () => {
  try {
    const holder = Number(readFileSync(lockPath, 'utf8'));
    return holder > 0 ? !isAlive(holder) : Date.now() - statSync(lockPath).mtimeMs > 5000;
  } catch {
    return false;
  }
};

const takeLock = () => {
  for (;;) {
    try {
      writeFileSync(lockPath, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') {
        refuse(`The lock ${lockPath} can't be written: ${error.message}.`);
      }
    }
    if (isStale()) {
      rmSync(lockPath, { force: true });
    }
    pause(200);
  }
};

const install = () => {
  console.error('Installing the packages of package-lock.json (once, about 20 s) …');
  rmSync(stampPath, { force: true });
  // NODE_ENV=production or omit=dev in a user's settings would leave out what the tests need.
  const npm = spawnSync(
    'npm',
    [
      'ci',
      '--include=dev',
      '--include=optional',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  if (npm.error) {
    refuse(`npm can't be started (${npm.error.message}); Node 20 or later with npm is needed.`);
  }
  if (npm.status !== 0) {
    refuse('npm ci failed; see above, then try again.');
  }
  if (!existsSync(join(modules, 'node', 'bin', 'node'))) {
    refuse(
      'npm did not install Node 24, since it may not run install scripts; try `npm config set ignore-scripts false`.',
    );
  }
  writeFileSync(stampPath, `${wanted}\n`);
};

if (!isInstalled()) {
  takeLock();
  process.on('exit', () => rmSync(lockPath, { force: true }));
  if (!isInstalled()) {
    install();
  }
}
