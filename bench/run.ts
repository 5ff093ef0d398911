import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { SERVICE_VERSION } from '../lib/contracts/version.ts';

/**
 * `npm run bench`: runs every part, prints one report in Markdown, and writes it to docs/benchmarks.md and, between
 * its marks, to the README.
 * `node bench/run.ts --only decide,http` runs some, and writes nothing.
 */

/** In the order of the report; each has a `bench.ts` that exports `run`. */
const PARTS = ['conditions', 'decide', 'pricing', 'journeys', 'simulation', 'http', 'bundles'] as const;
type Part = (typeof PARTS)[number];

const REPORT = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url));
const README = fileURLToPath(new URL('../README.md', import.meta.url));
const MARKED = /(<!-- bench:start -->\n)[\s\S]*(<!-- bench:end -->)/;
const partSchema = z.object({ run: z.custom<() => Promise<string>>((value) => typeof value === 'function') });

const fileOf = (part: Part): URL => new URL(`${part}/bench.ts`, import.meta.url);

/** The parts named by `--only`, or all. */
const chosenParts = (): readonly Part[] => {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  if (values.only === undefined) return PARTS;
  const names = values.only.split(',');
  const unknown = names.filter((name) => !PARTS.some((part) => part === name));
  if (unknown.length > 0) throw new Error(`no part ${unknown.join(', ')}; there are ${PARTS.join(', ')}`);
  return PARTS.filter((part) => names.includes(part));
};

const machine = (): string => {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${cpu?.model.trim() || process.arch}, ${memory} GB, ${process.platform}-${process.arch}`;
};

const heading = (): string =>
  [
    '# Benchmarks',
    '',
    'Made by `npm run bench`. Machines differ: compare the figures of one run with each other, not with those of another.',
    '',
    `- Wend ${SERVICE_VERSION}, Node ${process.version}`,
    `- ${machine()}`,
    `- ${new Date().toISOString().slice(0, 10)}`,
  ].join('\n');

const titles: Readonly<Record<Part, string>> = {
  conditions: 'Conditions',
  decide: 'The pure decision',
  pricing: 'Pricing a cart',
  journeys: 'Journeys',
  simulation: 'Simulation',
  http: 'Decide over HTTP',
  bundles: 'Bundles and cold start',
};

const sections: string[] = [heading()];
console.log(sections[0]);
const parts = chosenParts();
for (const part of parts) {
  if (!existsSync(fileOf(part))) continue;
  const { run } = partSchema.parse(await import(fileOf(part).href));
  const started = performance.now();
  const section = `\n## ${titles[part]}\n\n${await run()}`;
  sections.push(section);
  console.log(section);
  console.error(`\n(${part}: ${((performance.now() - started) / 1000).toFixed(0)} s)`);
}
if (parts.length === PARTS.length) {
  await writeFile(REPORT, `${sections.join('\n')}\n`);
  const [, ...measured] = sections.map((section) => section.trim().replace(/^## /, '### '));
  const readme = await readFile(README, 'utf8');
  await writeFile(
    README,
    readme.replace(MARKED, (_, start, end) => `${start}\n${measured.join('\n\n')}\n\n${end}`),
  );
}
