import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { REPOSITORY } from './import-rules.ts';

interface Part {
  readonly name: string;
  readonly command: string;
  readonly arguments: readonly string[];
}

interface Outcome {
  readonly part: Part;
  readonly passed: boolean;
  readonly output: string;
  readonly seconds: number;
}

/** What `npm run check` is made of; the continuous integration runs exactly this. */
const PARTS: readonly Part[] = [
  { name: 'format and lint', command: 'biome', arguments: ['check', '--error-on-warnings', '.'] },
  // Its several checkers would look at the same libraries each, and the other parts run beside it.
  { name: 'types', command: 'tsc', arguments: ['-p', '.', '--checkers', '1'] },
  { name: 'import rules', command: process.execPath, arguments: ['scripts/import-rules.ts'] },
  { name: 'unused files, exports and packages', command: 'knip', arguments: ['--no-progress'] },
];

const binaries = join(REPOSITORY, 'node_modules', '.bin');

const run = (part: Part): Promise<Outcome> =>
  new Promise((resolve) => {
    const startedAt = performance.now();
    const chunks: Buffer[] = [];
    const finish = (passed: boolean): void => {
      const seconds = (performance.now() - startedAt) / 1000;
      resolve({ part, passed, output: Buffer.concat(chunks).toString('utf8').trim(), seconds });
    };
    const child = spawn(part.command, [...part.arguments], {
      cwd: REPOSITORY,
      env: { ...process.env, PATH: `${binaries}${delimiter}${process.env['PATH'] ?? ''}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', (error) => {
      chunks.push(Buffer.from(`${part.command} does not start: ${error.message}`));
      finish(false);
    });
    child.on('close', (code) => finish(code === 0));
  });

const outcomes = await Promise.all(
  PARTS.map(async (part) => {
    const outcome = await run(part);
    console.log(`${outcome.passed ? 'ok    ' : 'FAILED'} ${part.name} (${outcome.seconds.toFixed(1)} s)`);
    return outcome;
  }),
);

const failed = outcomes.filter(({ passed }) => !passed);
for (const { part, output } of failed) {
  console.error(`\n--- ${part.name}: ${part.command} ${part.arguments.join(' ')}\n${output}`);
}
process.exitCode = failed.length === 0 ? 0 : 1;
