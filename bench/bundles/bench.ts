import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { bundleFunctions } from '../../infra/bundling.ts';
import { FUNCTION_NAMES } from '../../infra/functions.ts';
import { queueVariable } from '../../lib/contracts/queues.ts';
import { queueArn, queueUrl, SENT_QUEUES } from '../../local/queue/address.ts';
import { row, shown } from '../timing.ts';

/** How large the functions' bundles are, and how long a fresh Node needs until each has its handler. */

const starts = 9;

const environment = {
  AWS_REGION: 'eu-central-1',
  WEND_VISITORS_TABLE: 'visitors',
  WEND_LOG_TABLE: 'log',
  WEND_EVENT_BUS: 'bus',
  WEND_SCHEDULER_GROUP: 'timers',
  WEND_SCHEDULER_ROLE_ARN: 'arn:aws:iam::000000000000:role/timers',
  WEND_TIMERS_QUEUE_ARN: queueArn('timers-due'),
  ...Object.fromEntries(
    SENT_QUEUES.map((queue) => [queueVariable(queue), queueUrl('http://127.0.0.1', queue)]),
  ),
};

/** Milliseconds that a fresh Node needs to load a bundle, as told by itself. */
const loadOnce = (index: string): number => {
  const script = `const start = performance.now(); require(${JSON.stringify(index)}).handler; process.stdout.write(String(performance.now() - start)); process.exit()`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', script], {
    cwd: tmpdir(),
    env: environment,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
};

/** Runs the benchmark, some ten seconds, and gives its table in Markdown. */
export const run = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'wend-bench-'));
  try {
    const bundles = await bundleFunctions(FUNCTION_NAMES, folder);
    const rows: string[] = [];
    for (const name of FUNCTION_NAMES) {
      const index = join(bundles.get(name) ?? '', 'index.js');
      const { size } = await stat(index);
      const packed = gzipSync(await readFile(index)).length;
      const quickest = Math.min(...Array.from({ length: starts }, () => loadOnce(index)));
      rows.push(row([name, shown(size / 1024), shown(packed / 1024), shown(quickest)]));
    }
    return [
      `Minified bundles in KB, and milliseconds from nothing loaded to \`handler\` in a fresh Node (quickest of ${starts}; without Node's own start, without Lambda).`,
      '',
      row(['function', 'KB', 'KB, gzip', 'load, ms']),
      row(['---', '---:', '---:', '---:']),
      ...rows,
    ].join('\n');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  console.log(await run());
