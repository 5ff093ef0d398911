import { pathToFileURL } from 'node:url';
import { fanOutSentence } from './fan-out.ts';
import { publishedTable } from './published.ts';
import { reactTable } from './react.ts';
import { serviceTables } from './service.ts';
import { sizeTable } from './size.ts';
import { stepTable } from './step.ts';

/**
 * How fast visitors' journeys move, what that asks of the store, and how large a visitor becomes; beside it, what others
 * publish of theirs.
 */

/** Runs the benchmark, some two minutes, and gives its tables in Markdown. */
export const run = async (): Promise<string> => {
  const sections = [
    stepTable(),
    await reactTable(),
    await serviceTables(),
    await fanOutSentence(),
    await sizeTable(),
    publishedTable(),
  ];
  return sections.join('\n\n');
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  console.log(await run());
