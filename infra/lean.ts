import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';
import * as z from 'zod';
import { leanPatterns } from './lean-patterns.ts';
import { allEmptied } from './lean-source.ts';

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

/** A module of which a function runs a part only, and what is left of its text. */
interface Cut {
  /** The end of its file's name. */
  readonly file: RegExp;
  readonly lean: (source: string) => string;
}

const NO_JSON_SCHEMAS =
  "const refuse = () => { throw new Error('JSON Schemas are not part of this bundle'); };";

/** What goes wrong with backups, exports, indexes and the like, with which no function has to do. */
const OTHERS_ERRORS =
  /Backup|Table(?:InUse|NotFound|Already)|Global|Policy|Export|Import|Restore|Replica(?!ted)|Index|PointInTime|Duplicate/;

const CUTS: readonly Cut[] = [
  {
    // Each error of a service is a class of its own, of whatever operation. 5 KB.
    file: /[\\/]client-dynamodb[\\/]dist-es[\\/]models[\\/]errors\.js$/,
    lean: (source) =>
      source.replace(/^export class (\w+) extends __BaseException \{$[\s\S]*?^\}$/gm, (text, name: string) =>
        OTHERS_ERRORS.test(name) ? `export { __BaseException as ${name} };` : text,
      ),
  },
  {
    // Slows a client down as a whole where it is throttled, which is asked for by the retry mode `adaptive`; ours is the
    // usual one. 3 KB.
    file: /[\\/]util-retry[\\/]DefaultRateLimiter\.js$/,
    lean: () =>
      "export class DefaultRateLimiter { constructor() { throw new Error('this bundle can not retry adaptively'); } }",
  },
  {
    // Every schema knows how to describe itself as JSON Schema, which is done when the repository is generated. 9 KB.
    file: /[\\/]zod[\\/]v4[\\/]core[\\/]json-schema-processors\.js$/,
    lean: () => `${NO_JSON_SCHEMAS} export { refuse as toJSONSchema }; export const allProcessors = {};`,
  },
  {
    // The same, as a whole. 9 KB.
    file: /[\\/]zod[\\/]v4[\\/]core[\\/]to-json-schema\.js$/,
    lean: (source) => {
      const names = [...source.matchAll(/^export (?:function|const) (\w+)/gm)].map(([, name]) => name);
      return `${NO_JSON_SCHEMAS} export { ${['process', ...names].map((name) => `refuse as ${name}`).join(', ')} };`;
    },
  },
  {
    // Every text brings along all formats that a text could have (addresses, tokens, ids of twelve kinds), and the
    // contracts ask for none of them by its method. One that did would not start, and a test would see it. 9 KB.
    file: /[\\/]zod[\\/]v4[\\/]classic[\\/]schemas\.js$/,
    lean: (source) => {
      const start = source.indexOf('{\n    email(params) {');
      const end = source.indexOf('\n});', start);
      if (start < 0 || end < 0) throw new Error('the formats of a text are not where they were in zod');
      return `${source.slice(0, start)}{${source.slice(end)}`;
    },
  },
  {
    // Patterns are only asked whether they match: 18 KB find, replace and translate. The tables: 37 KB.
    file: /[\\/]re2js[\\/]build[\\/]index\.js$/,
    lean: leanPatterns,
  },
  {
    // Content refuses the tags that read other templates or write into the facts, and its dates are Wend's own
    // (lib/domain/template/liquid.ts replaces both). 12 KB.
    file: /[\\/]liquidjs[\\/]dist[\\/]liquid\.node\.mjs$/,
    lean: (source) =>
      allEmptied(source, [
        'class IncludeTag extends Tag',
        'class RenderTag extends Tag',
        'class LayoutTag extends Tag',
        'class BlockTag extends Tag',
        'class IncrementTag extends Tag',
        'class DecrementTag extends Tag',
        'class LiquidDate',
        'function strftime(d, formatStr, memoryLimit)',
      ]).replace(/^const formatCodes = \{$[\s\S]*?^formatCodes\.h = formatCodes\.b;$/m, ''),
  },
];

const manifestSchema = z.object({ version: z.string() });

/** Leaves out of a bundle what no function runs; what a replacement imports is resolved as its module would. */
export const lean: Plugin = {
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
    for (const cut of CUTS) {
      onLoad({ filter: cut.file }, async ({ path }) => ({
        contents: cut.lean(await readFile(path, 'utf8')),
      }));
    }
    // Clients read their own version for the user agent, and would bring the whole manifest.
    onLoad({ filter: /[\\/]@aws-sdk[\\/]client-[^\\/]+[\\/]package\.json$/ }, async ({ path }) => {
      const { version } = manifestSchema.parse(JSON.parse(await readFile(path, 'utf8')));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};
