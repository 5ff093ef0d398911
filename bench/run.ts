import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { SERVICE_VERSION } from '../lib/contracts/version.ts';

/**
 * `npm run bench`: runs every part, prints the report in Markdown, and writes it to docs/benchmarks.md and, between
 * its marks, to the README. `npm run bench -- --only decide,http` measures some parts anew: the others stay as they
 * were, each with the day, the release and the machine that it was measured on.
 */

/** In the order of the report; each has a `bench.ts` that exports `run`. */
const PARTS = [
  'conditions',
  'decide',
  'pricing',
  'redemptions',
  'journeys',
  'simulation',
  'http',
  'bundles',
] as const;
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

const HEADING = `# Benchmarks

Made by \`npm run bench\`. Machines differ, and so does one machine from hour to hour: compare the figures of one part
with each other, not with those of another.
`;

/** What a part was measured on. */
const origin = (): string =>
  `*${new Date().toISOString().slice(0, 10)}, Wend ${SERVICE_VERSION}, Node ${process.version}, ${machine()}*`;

const titles: Readonly<Record<Part, string>> = {
  conditions: 'Conditions',
  decide: 'The pure decision',
  pricing: 'Pricing a cart',
  redemptions: 'The offer ledger',
  journeys: 'Journeys',
  simulation: 'Simulation',
  http: 'Decide over HTTP',
  bundles: 'Bundles and cold start',
};

/** The sections of a report, by title, each without its heading line. */
const sectionsOf = (report: string): Map<string, string> =>
  new Map(
    report
      .split(/^## /m)
      .slice(1)
      .map((section): [string, string] => {
        const [title = '', ...lines] = section.split('\n');
        return [title, lines.join('\n').trim()];
      }),
  );

const sections = sectionsOf(await readFile(REPORT, 'utf8'));
for (const part of chosenParts()) {
  if (!existsSync(fileOf(part))) continue;
  const { run } = partSchema.parse(await import(fileOf(part).href));
  const started = performance.now();
  const section = `${origin()}\n\n${(await run()).trim()}`;
  sections.set(titles[part], section);
  console.log(`\n## ${titles[part]}\n\n${section}`);
  console.error(`\n(${part}: ${((performance.now() - started) / 1000).toFixed(0)} s)`);
}
/** The measured parts, in their order, each drawn by its title and its section. */
const written = (draw: (title: string, section: string) => string): string =>
  PARTS.flatMap((part) => {
    const section = sections.get(titles[part]);
    return section === undefined ? [] : [draw(titles[part], section)];
  }).join('\n');
const asChapter = (title: string, section: string): string => `## ${title}\n\n${section}\n`;
/** Folded: whoever reads the README for the first time sees what was measured, and opens what they doubt. */
const asFold = (title: string, section: string): string =>
  `<details>\n<summary><b>${title}</b></summary>\n\n${section}\n\n</details>\n`;

await writeFile(REPORT, `${HEADING}\n${written(asChapter)}`);
const readme = await readFile(README, 'utf8');
await writeFile(
  README,
  readme.replace(MARKED, (_, start, end) => `${start}\n${written(asFold)}\n${end}`),
);
