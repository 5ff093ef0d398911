import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { bundleFunctions } from '../../infra/bundling.ts';
import { FUNCTION_NAMES, type FunctionName } from '../../infra/functions.ts';
import { startLocalService } from '../../local/service-thread.ts';
import { row, shown } from '../timing.ts';
import { answersRequests, environmentOf, firstEventOf, timeToFirstAnswer } from './first-answer.ts';
import { synthTable } from './synth.ts';

/** How large the functions' bundles are, how long a fresh Node needs until each has answered, and how long CDK needs. */

/** Rounds: in each, every function starts once with and once without the cache. */
const rounds = 5;

const BARE = 'a bare handler';

/** A handler that does nothing, as a bundle. */
const bareBundle = async (folder: string): Promise<string> => {
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'index.js'),
    'exports.handler = async () => ({ statusCode: 200, body: "" });\n',
  );
  return folder;
};

interface Contestant {
  readonly name: FunctionName | typeof BARE;
  readonly index: string;
  readonly event: object;
  readonly without: number[];
  readonly withCache: number[];
}

const rowOf = async ({ name, index, without, withCache }: Contestant): Promise<string> => {
  const { size } = await stat(index);
  const packed = gzipSync(await readFile(index)).length;
  const asked = name === BARE || answersRequests(name) ? 'a request' : 'an empty batch';
  return row([
    name,
    shown(size / 1024),
    shown(packed / 1024),
    asked,
    shown(Math.min(...without)),
    shown(Math.min(...withCache)),
  ]);
};

const startTable = async (folder: string): Promise<string> => {
  const bundles = await bundleFunctions(FUNCTION_NAMES, join(folder, 'bundles'));
  const bare = await bareBundle(join(folder, 'bare'));
  const cache = join(folder, 'cache');
  const contestants: readonly Contestant[] = [
    { name: BARE, index: join(bare, 'index.js'), event: {}, without: [], withCache: [] },
    ...FUNCTION_NAMES.map((name) => ({
      name,
      index: join(bundles.get(name) ?? '', 'index.js'),
      event: firstEventOf(name),
      without: [],
      withCache: [],
    })),
  ];
  const service = await startLocalService();
  try {
    const environment = environmentOf(service);
    // What it compiles at first is in the cache from then on.
    for (const each of contestants) await timeToFirstAnswer({ ...each, environment, cache });
    for (let round = 0; round < rounds; round++) {
      for (const each of contestants) {
        each.without.push(await timeToFirstAnswer({ ...each, environment, cache: null }));
        each.withCache.push(await timeToFirstAnswer({ ...each, environment, cache }));
      }
    }
  } finally {
    await service.stop();
  }
  return [
    `Minified bundles in KB, and milliseconds from the start of a fresh Node to the first answer, without and with Node's cache of compiled code (quickest of ${rounds}): a function behind the API answers a request out of the embedded store, one behind a queue takes an empty batch. Without Lambda; a fresh instance of it has no such cache.`,
    '',
    row(['function', 'KB', 'KB, gzip', 'asked for', 'first answer, ms', 'with the cache, ms']),
    row(['---', '---:', '---:', '---', '---:', '---:']),
    ...(await Promise.all(contestants.map(rowOf))),
  ].join('\n');
};

/** Runs the benchmark, a minute or so, and gives its tables in Markdown. */
export const run = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'wend-bench-'));
  try {
    const starts = await startTable(folder);
    return `${starts}\n\n${synthTable(join(folder, 'synth'))}`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  console.log(await run());
