import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { WORK } from './ministack.ts';

/** What goes on while tests run, in the process that started them. They learn by a file what came of it. */
export type BackgroundWork = 'next-assembly' | 'lint';

const outcomeSchema = z.union([z.object({ result: z.string() }), z.object({ failure: z.string() })]);

const fileOf = (work: BackgroundWork): string => join(WORK, `${work}.json`);

/** Notes what comes of a work; what goes wrong with it is told by the test that waits for it. */
export const inBackground = async (name: BackgroundWork, work: () => Promise<string>): Promise<void> => {
  const outcome = await work().then(
    (result) => ({ result }),
    (error: unknown) => ({ failure: String(error) }),
  );
  await mkdir(WORK, { recursive: true });
  // Whoever looks sees all of it or nothing.
  await writeFile(`${fileOf(name)}.part`, JSON.stringify(outcome));
  await rename(`${fileOf(name)}.part`, fileOf(name));
};

/** Forgets what came of works of an earlier run. */
export const forgetOutcomes = async (): Promise<void> => {
  for (const name of ['next-assembly', 'lint'] as const) await rm(fileOf(name), { force: true });
};

/**
 * What came of a work; undefined while it goes on.
 *
 * @throws Error with what went wrong with it
 */
export const outcomeOf = async (name: BackgroundWork): Promise<string | undefined> => {
  if (!existsSync(fileOf(name))) return undefined;
  const outcome = outcomeSchema.parse(JSON.parse(await readFile(fileOf(name), 'utf8')));
  if ('failure' in outcome) throw new Error(outcome.failure);
  return outcome.result;
};
