import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const peersFolder = new URL('peers/', import.meta.url);

/** Installs the peers where they are missing or older than their lock: they never come with the project. */
const installPeers = (required: readonly string[]): void => {
  if (required.every((name) => existsSync(new URL(`node_modules/${name}/package.json`, peersFolder)))) return;
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: fileURLToPath(peersFolder),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0)
    throw new Error('the peers of the benchmark could not be installed (npm ci in bench/peers)');
};

/** Loads packages of `bench/peers`, installed on demand. */
export const requirePeers = (names: readonly string[]): NodeJS.Require => {
  installPeers(names);
  return createRequire(new URL('package.json', peersFolder));
};
