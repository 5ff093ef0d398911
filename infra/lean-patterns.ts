import { brotliCompressSync } from 'node:zlib';
import { allEmptied, withMethodsOnly } from './lean-source.ts';

/** What is left of re2js's classes for patterns that are only asked whether they match. */
const MATCHING: readonly (readonly [declaration: string, methods: readonly string[]])[] = [
  ['var RE2JS = class RE2JS', ['compile', 'constructor', 'test']],
  [
    'var RE2 = class RE2',
    [
      ...[
        'compileImpl',
        'constructor',
        'dfa',
        'matchPrefixComplete',
        'createLookbehindState',
        'executeEngine',
      ],
      ...['get', 'put', 'doExecuteNFA', 'match', 'matchUTF8'],
    ],
  ],
];

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

/** re2js for patterns that are only asked whether they match. */
export const leanPatterns = (source: string): string =>
  packedTables(
    MATCHING.reduce(
      (left, [declaration, methods]) => withMethodsOnly(left, declaration, methods),
      allEmptied(source, [
        'var Matcher = class Matcher',
        'var TranslateRegExpString = class TranslateRegExpString',
        'var MachineUTF8Input = class MachineUTF8Input extends MachineInputBase',
      ]),
    ),
  );
