import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { WORK } from './ministack.ts';

const environmentSchema = z.object({
  WEND_TEST_ENDPOINT: z.url(),
  WEND_TEST_ASSEMBLY: z.string().min(1),
  WEND_TEST_IDENTITY_SECRET: z.string().min(1),
});

export interface Emulated {
  readonly endpoint: string;
  /** The cloud assembly that was deployed first. */
  readonly assembly: string;
  /** ARN of the secret that the shop signs identity tokens with. */
  readonly identitySecret: string;
}

/** The emulator that the tests started, and what was deployed to it. */
export const emulated = (): Emulated => {
  const environment = environmentSchema.parse(process.env);
  return {
    endpoint: environment.WEND_TEST_ENDPOINT,
    assembly: environment.WEND_TEST_ASSEMBLY,
    identitySecret: environment.WEND_TEST_IDENTITY_SECRET,
  };
};

/** The value of a secret, as the shop reads it from Secrets Manager. The emulator asks for no signature. */
export const secretValue = async (id: string): Promise<string> => {
  const answer = await fetch(emulated().endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'secretsmanager.GetSecretValue',
    },
    body: JSON.stringify({ SecretId: id }),
  });
  return z.object({ SecretString: z.string() }).parse(await answer.json()).SecretString;
};

/** The file that names the cloud assembly of the next version, once it is synthesized, or says why it is not. */
export const nextAssembly = (): string => join(WORK, 'next-assembly');

/** How that file begins where there is none. */
export const FAILED = 'failed: ';

/**
 * The folder of the cloud assembly of the next version; undefined while it is being synthesized.
 *
 * @throws Error with what went wrong with it
 */
export const readNextAssembly = async (): Promise<string | undefined> => {
  if (!existsSync(nextAssembly())) return undefined;
  const said = await readFile(nextAssembly(), 'utf8');
  if (said.startsWith(FAILED)) throw new Error(said);
  return said === '' ? undefined : said;
};
