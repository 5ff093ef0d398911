import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type Range,
} from 'yaml';

/** Where in a file, from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A definition as it stands in a file. */
export interface WrittenDefinition {
  readonly file: string;
  readonly value: unknown;
  /** Where a path inside the definition stands, as near as can be told: of what is missing, where it would be. */
  readonly locate: (path: string) => Position;
}

/** Something in a file that can't be read. */
export interface SyntaxProblem extends Position {
  readonly message: string;
}

export interface ParsedFile {
  readonly definitions: readonly WrittenDefinition[];
  readonly problems: readonly SyntaxProblem[];
}

/**
 * Reads the text of a YAML or JSON file: one definition to a document, a list of them, or `{ definitions: [...] }`
 * as the API takes it.
 */
export const parseCatalogText = (file: string, text: string): ParsedFile => {
  const strict = file.endsWith('.json') ? jsonProblem(text) : null;
  if (strict !== null) return { definitions: [], problems: [strict] };
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, {
    lineCounter: lines,
    schema: 'core',
    prettyErrors: false,
    // Prints a warning of its own about keys that are no text otherwise; they become text.
    logLevel: 'silent',
  });
  const documents = 'empty' in parsed ? [] : parsed;
  const definitions: WrittenDefinition[] = [];
  const problems: SyntaxProblem[] = [];
  for (const document of documents) {
    const faults = [...document.errors, ...document.warnings];
    for (const fault of faults) {
      problems.push({ ...positionOf(lines, fault.pos[0]), message: messageOf(fault.message) });
    }
    if (faults.length === 0) collect(file, document, lines, definitions, problems);
  }
  return { definitions, problems };
};

/** The parser's message, without the excerpt that it may append. */
const messageOf = (message: string): string =>
  message.includes('call stack') ? TOO_DEEP : (message.split('\n', 1)[0] ?? message);

const TOO_DEEP = 'expected less nesting';

const positionOf = (lines: LineCounter, offset: number): Position => {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
};

/** JSON files are held to JSON; YAML would let commas and comments pass. */
const jsonProblem = (text: string): SyntaxProblem | null => {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const offset = Number(/at position (\d+)/.exec(message)?.[1] ?? text.length);
    const before = text.slice(0, offset).split('\n');
    return {
      line: before.length,
      column: (before.at(-1)?.length ?? 0) + 1,
      message: `expected JSON: ${message}`,
    };
  }
};

const collect = (
  file: string,
  document: Document.Parsed,
  lines: LineCounter,
  definitions: WrittenDefinition[],
  problems: SyntaxProblem[],
): void => {
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return;
  const value = toValue(document);
  if (!value.ok) {
    problems.push({ ...positionOf(lines, contents.range[0]), message: value.message });
    return;
  }
  const add = (one: unknown, node: unknown): void => {
    definitions.push({ file, value: one, locate: (path) => locate(document, lines, node, path) });
  };
  const list = isMap(contents) && contents.items.length === 1 ? contents.get('definitions', true) : contents;
  const values =
    isMap(contents) && isSeq(list) ? Reflect.get(Object(value.value), 'definitions') : value.value;
  if (!isSeq(list) || !Array.isArray(values)) {
    add(value.value, contents);
    return;
  }
  for (const [position, one] of values.entries()) add(one, list.items[position]);
};

const toValue = (
  document: Document.Parsed,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string } => {
  try {
    return { ok: true, value: document.toJS() };
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, message: TOO_DEEP };
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
};

const startOf = (node: unknown): number | null => {
  const range: Range | null | undefined = isNodeWithRange(node) ? node.range : null;
  return range?.[0] ?? null;
};

const isNodeWithRange = (node: unknown): node is Node =>
  typeof node === 'object' && node !== null && 'range' in node;

const INDEX = /^\[(\d+)\]\.?/;

/** Follows a path such as `steps[2].wait.for` as far as it goes; keys may hold dots themselves. */
const locate = (document: Document, lines: LineCounter, from: unknown, path: string): Position => {
  let node = from;
  let rest = path;
  let offset = startOf(from) ?? 0;
  while (rest !== '') {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const found = node.items
        .map((pair) => ({ pair, key: isScalar(pair.key) ? String(pair.key.value) : '' }))
        .filter(({ key }) => rest === key || rest.startsWith(`${key}.`) || rest.startsWith(`${key}[`))
        .sort((a, b) => b.key.length - a.key.length)[0];
      if (found === undefined) break;
      offset = startOf(found.pair.key) ?? offset;
      node = found.pair.value;
      rest = rest.slice(found.key.length).replace(/^\./, '');
    } else if (isSeq(node)) {
      const index = INDEX.exec(rest);
      const item: unknown = index === null ? undefined : node.items[Number(index[1])];
      if (index === null || item === undefined) break;
      offset = startOf(item) ?? offset;
      node = item;
      rest = rest.slice(index[0].length);
    } else break;
  }
  return positionOf(lines, offset);
};
