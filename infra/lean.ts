import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import type { Plugin } from 'esbuild';
import * as z from 'zod';

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

/**
 * Empties the body of a declaration that starts a line and ends with a brace at the start of another.
 *
 * @throws Error where there is none: another version of the library has to be looked at anew
 */
const emptied = (source: string, declaration: string): string => {
  const start = source.indexOf(`\n${declaration}`);
  const end = source.indexOf('\n}', start);
  if (start < 0 || end < 0)
    throw new Error(`nothing starts with "${declaration}" to be left out of a bundle`);
  return `${source.slice(0, start + 1)}${declaration} {${source.slice(end)}`;
};

const allEmptied = (source: string, declarations: readonly string[]): string =>
  declarations.reduce(emptied, source);

/** A map of re2js from names (`Lu`, `Greek`) to tables of code points, and an entry of it. */
const TABLE_MAP = /new LazyMap\(\{\n([\s\S]*?)\n\t\}\)/g;
const TABLE_ENTRY =
  /^\t\t(\w+): \(\) => new UnicodeRangeTable\(decodeRanges\("([A-Za-z0-9+-]+)", (true|false)\)\),?$/gm;

/** The two tables that are none of a map: what can be printed, and what folds to what where case is ignored. */
const TABLE_TEXT = /(decodeRanges|decodeOrbit)\("([A-Za-z0-9+-]+)"/g;

/** What re2js does with a map of tables, for maps that are packed together. */
const PACKED_MAP = `
let archive;
const unpacked = (index) => {
  archive ??= JSON.parse(brotliDecompressSync(Buffer.from(PACKED, 'base64')).toString('latin1'));
  return archive[index];
};
class PackedMap {
  constructor(index) { this.index = index; this.cache = new Map(); }
  text(name) {
    const texts = unpacked(this.index);
    return Object.hasOwn(texts, name) ? texts[name] : null;
  }
  has(name) { return this.text(name) !== null; }
  get(name) {
    if (this.cache.has(name)) return this.cache.get(name);
    const text = this.text(name);
    const table = text === null ? null : new UnicodeRangeTable(decodeRanges(text.slice(1), text[0] === '1'));
    this.cache.set(name, table);
    return table;
  }
}
`;

/**
 * The tables of what is a letter, what is Greek and so on are 56 KB of code that is run where a pattern names such a
 * class or ignores case. Packed they are 20 KB, and unpacked once, by the first such pattern.
 *
 * @throws Error where they are written otherwise than in the version that this was made for
 */
const packedTables = (source: string): string => {
  const parts: (string | Readonly<Record<string, string>>)[] = [];
  const withMaps = source.replace(TABLE_MAP, (_map, body: string) => {
    const entries = [...body.matchAll(TABLE_ENTRY)];
    if (entries.length !== body.split('\n').length) throw new Error('a table of re2js has another form');
    parts.push(
      Object.fromEntries(
        entries.map(([, name = '', text, everyPoint]) => [name, `${everyPoint === 'true' ? 1 : 0}${text}`]),
      ),
    );
    return `new PackedMap(${parts.length - 1})`;
  });
  const packed = withMaps.replace(TABLE_TEXT, (_call, decode: string, text: string) => {
    parts.push(text);
    return `${decode}(unpacked(${parts.length - 1})`;
  });
  if (parts.length !== 6) throw new Error('the tables of re2js are not where they were');
  const archive = brotliCompressSync(JSON.stringify(parts)).toString('base64');
  return [
    "import { brotliDecompressSync } from 'node:zlib';",
    `const PACKED = '${archive}';`,
    PACKED_MAP,
    packed,
  ].join('\n');
};

const NO_JSON_SCHEMAS =
  "const refuse = () => { throw new Error('JSON Schemas are not part of this bundle'); };";

const CUTS: readonly Cut[] = [
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
    // Patterns are only asked whether they match: 12 KB find, replace and translate. The tables: 37 KB.
    file: /[\\/]re2js[\\/]build[\\/]index\.js$/,
    lean: (source) =>
      packedTables(
        allEmptied(source, [
          'var Matcher = class Matcher',
          'var TranslateRegExpString = class TranslateRegExpString',
          'var MachineUTF8Input = class MachineUTF8Input extends MachineInputBase',
        ]),
      ),
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
