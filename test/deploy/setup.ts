import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { nameOf } from '../../lib/contracts/names.ts';
import { forgetOutcomes, inBackground } from './background.ts';
import { awsEnvironment, bootstrap, deploy, synthesize } from './cdk.ts';
import { lint } from './lint.ts';
import { installTools, startEmulator, WORK } from './ministack.ts';
import { run, tailOf } from './run.ts';

const WEND = fileURLToPath(new URL('../../cli/bin.js', import.meta.url));

const took = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
  const startedAt = performance.now();
  const result = await work();
  console.log(`${what}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  return result;
};

/** Runs the `wend` command as operators do; its output. */
const wend = async (...argv: string[]): Promise<string> => {
  const ran = await run(process.execPath, [WEND, ...argv], { timeout: 60_000 });
  if (ran.code !== 0) throw new Error(`wend ${argv.join(' ')}\n${tailOf(ran)}`);
  return ran.output;
};

const keySchema = z.object({ key: z.string() });

const createKey = async (...argv: string[]): Promise<string> =>
  keySchema.parse(JSON.parse(await wend('keys', 'create', ...argv, '--json'))).key;

/** MiniStack serves an API under this path of its own. The output is the name that it would have in a DNS. */
const urlOf = (endpoint: string, output: string | undefined): string => {
  const [, apiId] = /^https?:\/\/([^.]+)\./.exec(output ?? '') ?? [];
  if (apiId === undefined) throw new Error(`the stack's output Url is ${output}`);
  return `${endpoint}/_aws/execute-api/${apiId}/$default`;
};

/**
 * Brings a deployed service about for the tests, from nothing: emulator, bootstrap, deployment, first key, catalog.
 * What the tests have to know of it is in the environment that they inherit.
 */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  // Somebody aims the tests at a deployment of their own.
  if (process.env['WEND_TEST_URL'] !== undefined) return undefined;
  await mkdir(WORK, { recursive: true });
  await forgetOutcomes();
  const synthesized = took('synthesized', () => synthesize('first', { build: 'first' }));
  // Who waits for it below is told what went wrong with it.
  synthesized.catch(() => undefined);
  await took('installed', installTools);
  const emulator = await startEmulator();
  try {
    await prepare(emulator.endpoint, synthesized);
  } catch (error) {
    await emulator.stop();
    throw error;
  }
  // While tests wait for queues and timers; one after the other, since tests need the processor too.
  const more = inBackground('next-assembly', () => synthesize('second', { build: 'second' })).then(() =>
    inBackground('lint', lint),
  );
  return async () => {
    await Promise.all([more, emulator.stop()]);
  };
}

const prepare = async (endpoint: string, synthesized: Promise<string>): Promise<void> => {
  Object.assign(process.env, awsEnvironment(endpoint));
  await took('bootstrapped', () => bootstrap(endpoint));
  const first = await synthesized;
  const outputs = await took('deployed', () => deploy(endpoint, first));
  const url = urlOf(endpoint, outputs['Url']);
  await took('made keys, published the demo catalog', async () => {
    const admin = await createKey('--first', '--environment', 'emulated');
    // Where the command finds the service, and its key.
    Object.assign(process.env, { WEND_URL: url, WEND_KEY: admin });
    const [secret, publishable] = await Promise.all([
      createKey('--kind', 'secret'),
      createKey('--kind', 'publishable'),
      wend('publish', fileURLToPath(new URL('../../catalog/demo', import.meta.url))),
    ]);
    Object.assign(process.env, {
      WEND_TEST_URL: url,
      WEND_TEST_ENDPOINT: endpoint,
      WEND_TEST_ASSEMBLY: first,
      WEND_TEST_IDENTITY_SECRET: outputs['IdentitySecretArn'],
      WEND_TEST_QUEUES: nameOf('emulated', ''),
      WEND_TEST_ADMIN_KEY: admin,
      WEND_TEST_SECRET_KEY: secret,
      WEND_TEST_PUBLISHABLE_KEY: publishable,
    });
  });
};
