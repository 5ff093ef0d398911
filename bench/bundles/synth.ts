import { spawnSync } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ENVIRONMENT_NAMES } from '../../infra/config.ts';
import { row, shown } from '../timing.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** Seconds of the processor that a shell's children took, as `times` prints them: user and system, `0m3.210s`. */
const CHILDREN = /(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/;

const synthesize = (environment: string, folder: string): { readonly wall: number; readonly cpu: number } => {
  const cdk = join(REPOSITORY, 'node_modules', '.bin', 'cdk');
  const argv = [
    'synth',
    '--quiet',
    '-c',
    `environment=${environment}`,
    '--output',
    join(folder, environment),
  ];
  const startedAt = performance.now();
  const { status, stdout, stderr } = spawnSync('sh', ['-c', '"$@" && times', 'sh', cdk, ...argv], {
    cwd: REPOSITORY,
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`,
      CDK_DISABLE_CLI_TELEMETRY: 'true',
    },
  });
  const wall = (performance.now() - startedAt) / 1000;
  const [, ...times] = CHILDREN.exec(stdout) ?? [];
  if (status !== 0 || times.length === 0) throw new Error(stderr);
  const [userMinutes = 0, user = 0, systemMinutes = 0, system = 0] = times.map(Number);
  return { wall, cpu: 60 * (userMinutes + systemMinutes) + user + system };
};

/** How long `cdk synth` of each environment takes, one after the other, as a table in Markdown. */
export const synthTable = (folder: string): string => {
  const results = ENVIRONMENT_NAMES.map((name) => [name, synthesize(name, folder)] as const);
  const sum = (key: 'wall' | 'cpu'): number => results.reduce((all, [, each]) => all + each[key], 0);
  return [
    '`npx cdk synth` of each environment, one after the other: bundles, templates and the rules of cdk-nag. Seconds.',
    '',
    row(['environment', 'wall, s', 'CPU, s']),
    row(['---', '---:', '---:']),
    ...results.map(([name, { wall, cpu }]) => row([name, shown(wall), shown(cpu)])),
    row(['all', shown(sum('wall')), shown(sum('cpu'))]),
  ].join('\n');
};
