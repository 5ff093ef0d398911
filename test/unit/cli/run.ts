import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runWend } from '../../../cli/wend.ts';

/** What a command said, and how it ended. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command in this process. */
export const wend = async (
  argv: readonly string[],
  {
    environment = {},
    isTerminal = false,
  }: { environment?: Record<string, string>; isTerminal?: boolean } = {},
): Promise<Ran> => {
  let out = '';
  let err = '';
  const code = await runWend(argv, {
    environment,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    isTerminal,
  });
  return { code, out, err };
};

const directories: string[] = [];

/** A new directory with these files. */
export const directoryWith = (files: { readonly [name: string]: string | Uint8Array }): string => {
  const directory = mkdtempSync(join(tmpdir(), 'wend-cli-'));
  directories.push(directory);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
  return directory;
};

export const removeDirectories = (): void => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
};

export const DEMO = join(import.meta.dirname, '../../../catalog/demo');
