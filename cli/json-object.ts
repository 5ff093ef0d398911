import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import * as z from 'zod';
import type { JsonObject } from '../lib/domain/json.ts';
import { CommandFailure, EXIT_USAGE, messageOf } from './console.ts';

/** Any JSON object. */
export const jsonObjectSchema: z.ZodType<JsonObject> = z.record(z.string(), z.json());

/**
 * Reads an object from a JSON or YAML file, or from standard input (`-`).
 *
 * @param what - what it is, for the message: `cart`
 * @throws CommandFailure (usage) where it can't be read
 */
export const readObjectFile = async (path: string, what: string): Promise<JsonObject> => {
  const refuse = (why: string, cause?: unknown): never => {
    throw new CommandFailure(`The ${what} of ${path} can't be read: ${why}.`, EXIT_USAGE, { cause });
  };
  let value: unknown;
  try {
    value = parse(await readFile(path === '-' ? '/dev/stdin' : path, 'utf8'));
  } catch (error) {
    return refuse(messageOf(error).split('\n', 1)[0] ?? '', error);
  }
  const parsed = jsonObjectSchema.safeParse(value);
  return parsed.success ? parsed.data : refuse('expected an object');
};
