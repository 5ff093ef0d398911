import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleFunctions } from '../../infra/bundling.ts';
import { FUNCTION_NAMES, FUNCTIONS, type FunctionName } from '../../infra/functions.ts';
import { ownVariablesOf } from './resources.ts';

/** As esbuild prints sizes. */
const KILOBYTE = 1024;

/** Largest bundle in bytes, minified: a cold start pays for each of them. */
const BUDGETS: Readonly<Record<FunctionName, number>> = {
  decide: 720 * KILOBYTE,
  'track-events': 450 * KILOBYTE,
  'receive-events': 380 * KILOBYTE,
  'get-visitor': 720 * KILOBYTE,
  'manage-catalog': 720 * KILOBYTE,
  'manage-keys': 450 * KILOBYTE,
  'manage-tasks': 400 * KILOBYTE,
  // Prices as decide does, and moves the ledger besides.
  'redeem-offers': 720 * KILOBYTE,
  'describe-service': 450 * KILOBYTE,
  'on-events-received': 720 * KILOBYTE,
  'on-visitors-changed': 320 * KILOBYTE,
  'on-timers-due': 720 * KILOBYTE,
  'on-sweep-due': 350 * KILOBYTE,
  'on-business-events': 360 * KILOBYTE,
  'on-fan-out': 360 * KILOBYTE,
  'on-bus-effects': 310 * KILOBYTE,
  'on-timer-effects': 350 * KILOBYTE,
  'on-timeline-effects': 330 * KILOBYTE,
  'on-counter-effects': 330 * KILOBYTE,
  'on-delivery-effects': 440 * KILOBYTE,
  'on-follow-effects': 360 * KILOBYTE,
  'on-pool-effects': 360 * KILOBYTE,
  'on-task-effects': 330 * KILOBYTE,
  'on-order-effects': 460 * KILOBYTE,
  'on-archive-records': 310 * KILOBYTE,
};

const repository = new URL('../../', import.meta.url);

let folder = '';
let bundles: ReadonlyMap<FunctionName, string> = new Map();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wend-bundles-'));
  bundles = await bundleFunctions(FUNCTION_NAMES, folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const indexOf = (name: FunctionName): string => join(bundles.get(name) ?? '', 'index.js');

/** Loads a bundle in a Node that knows nothing of the repository, and says what `handler` is. */
const load = (path: string, variables: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const script = `process.stdout.write(typeof require(${JSON.stringify(path)}).handler); process.exit()`;
    const child = spawn(process.execPath, ['-e', script], {
      cwd: tmpdir(),
      env: {
        AWS_REGION: 'eu-central-1',
        WEND_VISITORS_TABLE: 'visitors',
        WEND_LOG_TABLE: 'log',
        WEND_EVENT_BUS: 'bus',
        WEND_IDENTITY_SECRET: 'x'.repeat(32),
        ...Object.fromEntries(variables.map((variable) => [variable, 'x'])),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let problem = '';
    child.stdout.on('data', (chunk) => {
      output += String(chunk);
    });
    child.stderr.on('data', (chunk) => {
      problem += String(chunk);
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(problem))));
  });

describe('the functions', () => {
  it('are exactly the files under functions/', () => {
    const files = ['api', 'events'].flatMap((room) =>
      readdirSync(new URL(`functions/${room}/`, repository)).map((name) => `functions/${room}/${name}`),
    );
    const sources = Object.values(FUNCTIONS).map(({ source }) => source);
    expect(files.filter((path) => path.endsWith('.ts')).sort()).toEqual(sources.sort());
    for (const name of FUNCTION_NAMES) {
      expect(basename(FUNCTIONS[name].source)).toBe(`${name}.ts`);
    }
  });

  it.each(FUNCTION_NAMES)('%s is bundled within its budget', async (name) => {
    const { size } = await stat(indexOf(name));
    expect(size).toBeGreaterThan(1 * KILOBYTE);
    expect(size).toBeLessThan(BUDGETS[name]);
  });

  it.each(FUNCTION_NAMES)('%s starts from its bundle alone and exports its handler', async (name) => {
    await expect(load(indexOf(name), ownVariablesOf(name))).resolves.toBe('function');
  });

  it('are shipped without a source map', () => {
    for (const name of FUNCTION_NAMES) {
      expect(existsSync(`${indexOf(name)}.map`)).toBe(false);
      expect(readFileSync(indexOf(name), 'utf8')).not.toContain('sourceMappingURL');
    }
  });
});
