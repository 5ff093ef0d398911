import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import * as z from 'zod';
import { FUNCTIONS, type FunctionName } from './functions.ts';

/** The repository: paths of functions are relative to it. */
const REPOSITORY = dirname(dirname(fileURLToPath(import.meta.url)));

/** Lambda finds the handler here in each bundle. */
export const HANDLER = 'index.handler';

/** What stands in for a module of the SDK that a function would carry about and never run. */
interface Replacement {
  /** Exactly as the SDK imports it. */
  readonly module: string;
  readonly contents: string;
}

const REPLACEMENTS: readonly Replacement[] = [
  {
    // Lambda hands credentials over in the environment. The default chain looks there first, then for profiles, single
    // sign-on, processes and metadata services: 130 KB of clients for places that a function does not have.
    module: '@aws-sdk/credential-provider-node',
    contents: "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';",
  },
  {
    // Imported when an operation streams events; neither DynamoDB nor EventBridge has one. 19 KB.
    module: '@smithy/core/event-streams',
    contents: "throw new Error('event streams are not part of this bundle');",
  },
  {
    // EventBridge's client can sign for several Regions at once, which only its global endpoints need. 4 KB.
    module: '@aws-sdk/signature-v4-multi-region',
    contents: "export { SignatureV4 as SignatureV4MultiRegion } from '@smithy/signature-v4';",
  },
  {
    // SHA-256 in JavaScript, for a Node built without its crypto module. 3 KB.
    module: './Sha256Js',
    contents: "export class Sha256Js { constructor() { throw new Error('this bundle needs node:crypto'); } }",
  },
  {
    // Remembers endpoints that were discovered: DynamoDB has had no use of it since its endpoints follow from the
    // Region, and it is off unless asked for. 8 KB of cache.
    module: '@aws-sdk/endpoint-cache',
    contents: 'export class EndpointCache { getEndpoint() {} get() {} set() {} delete() {} }',
  },
];

const manifestSchema = z.object({ version: z.string() });

/** Puts the replacements in place; what they import is resolved as the replaced module itself would. */
const lean: Plugin = {
  name: 'lean',
  setup: ({ onResolve, onLoad }) => {
    for (const { module, contents } of REPLACEMENTS) {
      onResolve({ filter: new RegExp(`^${module}$`) }, ({ path, resolveDir }) => ({
        path,
        namespace: 'lean',
        pluginData: createRequire(join(resolveDir, 'index.js')).resolve(module),
      }));
      onLoad({ filter: new RegExp(`^${module}$`), namespace: 'lean' }, ({ pluginData }) => ({
        contents,
        resolveDir: dirname(String(pluginData)),
      }));
    }
    // Clients read their own version for the user agent, and would bring the whole manifest.
    onLoad({ filter: /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]package\.json$/ }, async ({ path }) => {
      const { version } = manifestSchema.parse(JSON.parse(await readFile(path, 'utf8')));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

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
  plugins: [lean],
};

/**
 * Bundles functions, each into a folder of its own that is a Lambda asset as it stands.
 *
 * @param names - functions to bundle
 * @param directory - absolute path of the folder to write into
 * @returns the folder of each function
 * @throws esbuild's `BuildFailure`, which names file and line of every error
 */
export const bundleFunctions = async (
  names: readonly FunctionName[],
  directory: string,
): Promise<ReadonlyMap<FunctionName, string>> => {
  await build({
    ...OPTIONS,
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
