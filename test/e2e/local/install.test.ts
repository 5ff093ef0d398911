import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { linesOf, ROOT, removeTemporaryDirectories, temporaryDirectory } from './helpers.ts';

afterAll(removeTemporaryDirectories);

/** Does what `npm ci` does as far as the script can see: empties node_modules, and fills it in two steps. */
const NPM = `#!/bin/sh
echo "$@" >> npm-calls
rm -rf node_modules
mkdir -p node_modules/.bin
[ -e interrupt ] && kill -9 $PPID $$
[ -e fail ] && exit 7
sleep 0.3
[ -e no-scripts ] && exit 0
mkdir -p node_modules/node/bin
touch node_modules/node/bin/node node_modules/.bin/node
`;

/** A project with the script and an npm that only pretends. */
const project = () => {
  const directory = temporaryDirectory();
  const bin = join(directory, 'bin');
  mkdirSync(join(directory, 'scripts'));
  mkdirSync(bin);
  copyFileSync(join(ROOT, 'scripts/ensure-installed.js'), join(directory, 'scripts/ensure-installed.js'));
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
  writeFileSync(join(directory, 'package-lock.json'), '{"version":1}');
  writeFileSync(join(bin, 'npm'), NPM);
  chmodSync(join(bin, 'npm'), 0o755);
  const path = `${bin}${delimiter}/usr/bin${delimiter}/bin`;
  const command = [process.execPath, [join(directory, 'scripts/ensure-installed.js')]] as const;
  const options = { env: { PATH: path }, encoding: 'utf8' } as const;
  return {
    run: () => spawnSync(command[0], command[1], options),
    start: () =>
      new Promise<number | null>((resolve) => {
        spawn(command[0], command[1], { env: { PATH: path } }).on('exit', resolve);
      }),
    installs: () => linesOf(join(directory, 'npm-calls')).length,
    write: (file: string, text = '') => writeFileSync(join(directory, file), text),
    remove: (file: string) => rmSync(join(directory, file), { recursive: true }),
    has: (file: string) => existsSync(join(directory, file)),
    read: (file: string) => readFileSync(join(directory, file), 'utf8'),
    append: (file: string, text: string) => appendFileSync(join(directory, file), text),
  };
};

describe('before start and test', () => {
  it('the packages are installed once, development ones included', () => {
    const { run, installs, read } = project();
    expect(run().status).toBe(0);
    expect(run().status).toBe(0);
    expect(installs()).toBe(1);
    expect(read('npm-calls')).toContain('ci --include=dev --include=optional');
  });

  it('they are installed again when the lockfile changes, or when something of them is gone', () => {
    const { run, installs, append, remove } = project();
    run();
    append('package-lock.json', ' ');
    run();
    expect(installs()).toBe(2);
    remove('node_modules/.bin/node');
    run();
    expect(installs()).toBe(3);
    remove('node_modules');
    run();
    expect(installs()).toBe(4);
  });

  it('an interrupted install is done again', () => {
    const { run, installs, write, remove, has } = project();
    write('interrupt');
    expect(run().signal).toBe('SIGKILL');
    expect(has('node_modules')).toBe(true);
    remove('interrupt');
    expect(run().status).toBe(0);
    expect(installs()).toBe(2);
    expect(run().status).toBe(0);
    expect(installs()).toBe(2);
  });

  it('a failed install is told, and tried again the next time', () => {
    const { run, installs, write, remove } = project();
    write('fail');
    const failed = run();
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain('npm ci failed');
    remove('fail');
    expect(run().status).toBe(0);
    expect(installs()).toBe(2);
  });

  it('an npm that may not run install scripts is told, since Node 24 is missing then', () => {
    const { run, write } = project();
    write('no-scripts');
    const failed = run();
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain('npm did not install Node 24');
  });

  it('two starts side by side install once', async () => {
    const { start, installs } = project();
    expect(await Promise.all([start(), start(), start()])).toEqual([0, 0, 0]);
    expect(installs()).toBe(1);
  });
});
