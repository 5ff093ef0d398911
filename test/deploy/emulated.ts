import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { WORK } from './ministack.ts';

const environmentSchema = z.object({ WEND_TEST_ENDPOINT: z.url(), WEND_TEST_ASSEMBLY: z.string().min(1) });

/** The emulator that the tests started, and the cloud assembly that was deployed to it first. */
export const emulated = (): { readonly endpoint: string; readonly assembly: string } => {
  const { WEND_TEST_ENDPOINT: endpoint, WEND_TEST_ASSEMBLY: assembly } = environmentSchema.parse(process.env);
  return { endpoint, assembly };
};

/** The file that names the cloud assembly of the next version, once it is synthesized, or says why it is not. */
export const nextAssembly = (): string => join(WORK, 'next-assembly');

/** The folder of the cloud assembly of the next version; undefined while it is being synthesized. */
export const readNextAssembly = async (): Promise<string | undefined> => {
  try {
    const said = await readFile(nextAssembly(), 'utf8');
    return said === '' ? undefined : said;
  } catch {
    return undefined;
  }
};
