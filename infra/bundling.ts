import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { FUNCTIONS, type FunctionName } from './functions.ts';
import { lean } from './lean.ts';
import { madeDocuments } from './made-documents.ts';

/** The repository: paths of functions are relative to it. */
const REPOSITORY = dirname(dirname(fileURLToPath(import.meta.url)));

/** Lambda finds the handler here in each bundle. */
export const HANDLER = 'index.handler';

/**
 * How a function is bundled, as measured for a fast start: the SDK inside, ES modules preferred as input since only
 * they can be shaken, CommonJS as output since it starts faster than ESM, and no source map to be shipped.
 */
const OPTIONS: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  mainFields: ['module', 'main'],
  minify: true,
  sourcemap: false,
  legalComments: 'none',
  charset: 'utf8',
  logLevel: 'silent',
  absWorkingDir: REPOSITORY,
  plugins: [lean, madeDocuments],
};

/** What may follow the `+` of a version (Semantic Versioning 2.0, section 10). */
const BUILD = /^[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*$/;

/**
 * Bundles functions, each into a folder of its own that is a Lambda asset as it stands.
 *
 * @param names - functions to bundle
 * @param directory - absolute path of the folder to write into
 * @param buildLabel - of the version that they say they are, such as a commit's id
 * @returns the folder of each function
 * @throws esbuild's `BuildFailure`, which names file and line of every error, or an Error for a label that is none
 */
export const bundleFunctions = async (
  names: readonly FunctionName[],
  directory: string,
  buildLabel?: string,
): Promise<ReadonlyMap<FunctionName, string>> => {
  if (buildLabel !== undefined && !BUILD.test(buildLabel)) {
    throw new Error(`the build "${buildLabel}" has to be of letters, digits, hyphens and single dots`);
  }
  await build({
    ...OPTIONS,
    ...(buildLabel === undefined ? {} : { define: { WEND_BUILD: JSON.stringify(buildLabel) } }),
    entryPoints: names.map((name) => ({ in: FUNCTIONS[name].source, out: `${name}/index` })),
    outdir: directory,
  });
  const folders = names.map((name) => [name, join(directory, name)] as const);
  await Promise.all(
    folders.map(async ([, folder]) => {
      await mkdir(folder, { recursive: true });
      // The repository is a package of ES modules: without this, Node would read the bundle as one wherever it lies in it.
      await writeFile(join(folder, 'package.json'), '{"type":"commonjs"}\n');
    }),
  );
  return new Map(folders);
};
