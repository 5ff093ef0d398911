import { mkdir, readFile, rm } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { WORK } from './ministack.ts';
import { type Ran, run, tailOf } from './run.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

const REGION = 'us-east-1';
const ACCOUNT = '000000000000';

/** What every client of the emulator finds in its environment; whoever has an account of their own stays out of it. */
export const awsEnvironment = (endpoint: string): Readonly<Record<string, string>> => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: REGION,
  AWS_DEFAULT_REGION: REGION,
});

const call = async (endpoint: string, argv: readonly string[], cwd = REPOSITORY): Promise<Ran> => {
  const { AWS_PROFILE: _, AWS_SESSION_TOKEN: __, ...own } = process.env;
  const path = [dirname(process.execPath), join(REPOSITORY, 'node_modules', '.bin'), own['PATH'] ?? ''];
  return run('cdk', [...argv, '--no-notices', '--no-color'], {
    cwd,
    timeout: 180_000,
    env: {
      ...own,
      ...awsEnvironment(endpoint),
      PATH: path.join(delimiter),
      CDK_DISABLE_CLI_TELEMETRY: 'true',
    },
  });
};

const cdk = async (endpoint: string, argv: readonly string[], cwd?: string): Promise<Ran> => {
  const ran = await call(endpoint, argv, cwd);
  if (ran.code !== 0) throw new Error(`cdk ${argv.join(' ')}\n${tailOf(ran)}`);
  return ran;
};

/** Prepares the emulated account for deployments. */
export const bootstrap = async (endpoint: string): Promise<void> => {
  // Where no app is: it would be synthesized first.
  const nowhere = join(WORK, 'bootstrap');
  await mkdir(nowhere, { recursive: true });
  await cdk(endpoint, ['bootstrap', `aws://${ACCOUNT}/${REGION}`], nowhere);
};

/** Has CDK build the environment `emulated`. */
const contextOf = (context: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries({ environment: 'emulated', ...context }).flatMap(([name, value]) => [
    '--context',
    `${name}=${value}`,
  ]);

/**
 * Synthesizes the environment `emulated`.
 *
 * @param label - of the folder
 * @param context - such as `{ build: '1' }`
 * @returns the folder of the cloud assembly
 */
export const synthesize = async (
  label: string,
  context: Readonly<Record<string, string>>,
): Promise<string> => {
  const folder = join(WORK, `cdk.out-${label}`);
  await rm(folder, { recursive: true, force: true });
  await cdk('http://127.0.0.1:9', ['synth', '--quiet', ...contextOf(context), '--output', folder]);
  return folder;
};

const outputsSchema = z.record(z.string(), z.record(z.string(), z.string()));

/** Deploys all stacks of a cloud assembly. Returns their outputs by name. */
export const deploy = async (endpoint: string, folder: string): Promise<Readonly<Record<string, string>>> => {
  const outputs = join(WORK, 'outputs.json');
  await cdk(endpoint, [
    'deploy',
    '--app',
    folder,
    '--all',
    '--require-approval',
    'never',
    '--outputs-file',
    outputs,
  ]);
  const stacks = outputsSchema.parse(JSON.parse(await readFile(outputs, 'utf8')));
  return Object.assign({}, ...Object.values(stacks));
};

/**
 * What would change if the sources as they are were deployed as well: they are synthesized anew.
 *
 * @returns what CDK says, which begins with the differences; empty: there are none
 */
export const diff = async (endpoint: string, context: Readonly<Record<string, string>>): Promise<string> => {
  const { code, output } = await call(endpoint, [
    'diff',
    '--all',
    '--fail',
    // By the templates, without a change set of each stack that somebody has to wait for.
    '--method',
    'template',
    ...contextOf(context),
    '--output',
    join(WORK, 'cdk.out-diff'),
  ]);
  return code === 0 ? '' : output;
};

/** Destroys all stacks of a cloud assembly. */
export const destroy = async (endpoint: string, folder: string): Promise<void> => {
  await cdk(endpoint, ['destroy', '--app', folder, '--all', '--force']);
};
