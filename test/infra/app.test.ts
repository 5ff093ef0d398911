import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { FUNCTION_NAMES } from '../../infra/functions.ts';
import { cdkJson } from './synthesize.ts';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../../', import.meta.url));

/** Starts the app as the CLI does: by the command of cdk.json, with context and folder in the environment. */
const synthesizeApp = (environment: string, outdir: string) =>
  run(process.execPath, cdkJson.app.split(' ').slice(1), {
    cwd: repository,
    env: {
      ...process.env,
      CDK_OUTDIR: outdir,
      CDK_CONTEXT_JSON: JSON.stringify({ ...cdkJson.context, environment }),
    },
  });

const assetsSchema = z.object({
  files: z.record(z.string(), z.object({ source: z.object({ path: z.string(), packaging: z.string() }) })),
});

describe('the app', () => {
  let outdir = '';

  beforeAll(async () => {
    outdir = await mkdtemp(join(tmpdir(), 'wend-app-'));
  });

  afterAll(() => rm(outdir, { recursive: true, force: true }));

  it('synthesises stacks whose every function is a bundle, and that no rule stands against', {
    timeout: 180_000,
  }, async () => {
    await synthesizeApp('dev', outdir);
    const bundles = ['data', 'events', 'api'].flatMap((stack) => {
      const assets = readFileSync(join(outdir, `wend-dev-${stack}.assets.json`), 'utf8');
      const { files } = assetsSchema.parse(JSON.parse(assets));
      return Object.values(files).filter(({ source }) => source.packaging === 'zip');
    });
    expect(bundles).toHaveLength(FUNCTION_NAMES.length);
    for (const { source } of bundles) {
      expect(existsSync(join(outdir, source.path, 'index.js'))).toBe(true);
    }
  });

  it('says in one sentence which environments there are', { timeout: 60_000 }, async () => {
    const failure = await synthesizeApp('prod', outdir).then(
      () => '',
      (error: { readonly stderr?: string }) => error.stderr ?? '',
    );
    expect(failure.trim()).toBe('no environment "prod": use -c environment=dev|staging|production|emulated');
  });
});
