import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findCircles } from './import-circles.ts';
import {
  blank,
  COMMENT_OR_STRING,
  type ImportStatement,
  readImports,
  readRooms,
  type SourceFile,
  targetOf,
} from './read-imports.ts';
import type { Violation } from './violation.ts';

/** Longest function entry point: it wires and does nothing else. */
const FUNCTION_LINES = 60;

interface Room {
  /** The room is everything below this path. */
  readonly root: string;
  /** Paths it may import as it likes; a path ending in `/` is a room, another one a file. */
  readonly imports: readonly string[];
  /** Paths of which it may import types alone. */
  readonly types?: readonly string[];
  /** Packages it may import; absent where any will do. */
  readonly packages?: readonly RegExp[];
}

const LIBRARY = ['lib/domain/', 'lib/contracts/', 'lib/adapters/', 'lib/runtime/', 'lib/service/'];

/** Who may import whom (docs/adr/0001). Each room may import itself, except functions, of which each stands alone. */
const RULES: readonly Room[] = [
  {
    root: 'lib/domain/',
    imports: ['lib/domain/'],
    packages: [/^liquidjs$/, /^temporal-polyfill(\/fns\/\w+)?$/, /^re2js$/, /^node:crypto$/],
  },
  { root: 'lib/contracts/', imports: ['lib/contracts/', 'lib/domain/'], packages: [/^zod$/] },
  { root: 'lib/adapters/', imports: ['lib/adapters/', 'lib/domain/', 'lib/contracts/'] },
  { root: 'lib/runtime/', imports: ['lib/runtime/', 'lib/contracts/'], types: ['lib/domain/'] },
  {
    root: 'lib/service/',
    imports: ['lib/service/', 'lib/runtime/', 'lib/domain/', 'lib/contracts/'],
    packages: [/^zod$/, /^node:crypto$/],
  },
  { root: 'functions/', imports: LIBRARY, packages: [/^node:/] },
  {
    root: 'infra/',
    imports: ['infra/', 'lib/contracts/'],
    packages: [/^aws-cdk-lib(\/|$)/, /^constructs$/, /^cdk-nag$/, /^esbuild$/, /^zod$/, /^node:/],
  },
  { root: 'local/', imports: ['local/', 'functions/', ...LIBRARY, 'infra/config.ts'] },
  { root: 'cli/', imports: ['cli/', 'functions/', ...LIBRARY, 'infra/config.ts'] },
  {
    root: 'bench/',
    // How large a function's bundle is, and how fast it starts, is measured of the bundle that is deployed.
    imports: [
      'bench/',
      'functions/',
      'local/',
      'cli/',
      'infra/bundling.ts',
      'infra/config.ts',
      'infra/functions.ts',
      ...LIBRARY,
    ],
  },
  { root: 'scripts/', imports: ['scripts/', 'functions/', 'infra/', ...LIBRARY] },
];

/** What of `node:crypto` depends on its arguments alone. */
const PURE_CRYPTO =
  /^\{(?:\s*(?:hash|createHash|createHmac|createCipheriv|createDecipheriv|createSecretKey|timingSafeEqual),?)+\s*\}$/;

/** What would make the domain read a clock, a chance or the world. */
const IMPURE: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/\bDate\.now\s*\(/, 'Date.now()'],
  [/\bnew Date\s*\(\s*\)/, 'new Date()'],
  [/\bTemporal\.Now\b/, 'Temporal.Now'],
  [/\bperformance\.now\s*\(/, 'performance.now()'],
  [/\bMath\.random\s*\(/, 'Math.random()'],
  [/\bcrypto\.(?:randomUUID|getRandomValues)\b/, 'crypto randomness'],
  [/\bprocess\.\w/, 'process'],
  [/\bglobalThis\.\w/, 'globalThis'],
  [/\bset(?:Timeout|Interval|Immediate)\s*\(/, 'a timer'],
  [/\bfetch\s*\(/, 'fetch()'],
  [/\bconsole\.\w/, 'console'],
];

/** Blanks comments and plain strings; a template stays, since it may hold code. */
const withoutProse = (source: string): string =>
  source.replace(COMMENT_OR_STRING, (token) => (token.startsWith('`') ? token : blank(token)));

const covers = (allowed: string, target: string): boolean =>
  allowed.endsWith('/') ? target.startsWith(allowed) : target === allowed;

const coversAny = (allowed: readonly string[], target: string): boolean =>
  allowed.some((each) => covers(each, target));

const listOf = (paths: readonly string[]): string => paths.map((path) => path.replace(/\/$/, '')).join(', ');

const describeRoom = (room: Room): string => {
  const types = room.types === undefined ? '' : ` and types of ${listOf(room.types)}`;
  return `${room.root.replace(/\/$/, '')} may import ${listOf(room.imports)}${types} only`;
};

const judgeFile = (room: Room, path: string, statement: ImportStatement): string | null => {
  const target = targetOf(path, statement);
  if (coversAny(room.imports, target)) {
    return null;
  }
  if (statement.typeOnly && coversAny(room.types ?? [], target)) {
    return null;
  }
  return describeRoom(room);
};

const judgePackage = (room: Room, statement: ImportStatement): string | null => {
  const { specifier, clause, typeOnly } = statement;
  if (/^zod(\/|$)/.test(specifier) && !(specifier === 'zod' && /^(?:type\s+)?\* as z$/.test(clause))) {
    return "zod is imported as import * as z from 'zod' (the named export costs 350 KB a bundle)";
  }
  if (room.root === 'lib/domain/' && specifier === 'node:crypto' && !PURE_CRYPTO.test(clause)) {
    return 'lib/domain takes hash, createHmac, createSecretKey, timingSafeEqual and createHash from node:crypto and nothing else';
  }
  // Types leave no trace in a bundle, and these name the events that Lambda hands over.
  if (specifier === 'aws-lambda' && typeOnly) {
    return null;
  }
  if (room.packages === undefined || room.packages.some((allowed) => allowed.test(specifier))) {
    return null;
  }
  return `${room.root.replace(/\/$/, '')} may not import this package`;
};

const judgeImports = (room: Room, file: SourceFile): readonly Violation[] =>
  readImports(file.source).flatMap((statement) => {
    const rule = statement.specifier.startsWith('.')
      ? judgeFile(room, file.path, statement)
      : judgePackage(room, statement);
    return rule === null
      ? []
      : [{ path: file.path, line: statement.line, target: statement.specifier, rule }];
  });

const judgePurity = (file: SourceFile): readonly Violation[] =>
  withoutProse(file.source)
    .split('\n')
    .flatMap((text, index) =>
      IMPURE.filter(([pattern]) => pattern.test(text)).map(([, what]) => ({
        path: file.path,
        line: index + 1,
        target: what,
        rule: 'lib/domain is pure: no clock, no randomness, no I/O (they come as arguments)',
      })),
    );

const judgeLength = (file: SourceFile): readonly Violation[] => {
  const lines = file.source.replace(/\n$/, '').split('\n').length;
  return lines < FUNCTION_LINES
    ? []
    : [
        {
          path: file.path,
          line: lines,
          target: `${lines} lines`,
          rule: `a function is wiring only, under ${FUNCTION_LINES} lines`,
        },
      ];
};

/**
 * Judges files by the rules of the house.
 *
 * @param files - sources with their paths relative to the repository
 * @returns every rule that is broken, in the order of the files; empty when all is well
 */
export const findViolations = (files: readonly SourceFile[]): readonly Violation[] =>
  files.flatMap((file) => {
    const room = RULES.find(({ root }) => file.path.startsWith(root));
    if (room === undefined) {
      return [
        { path: file.path, line: 1, target: file.path, rule: 'the file stands in no room of docs/adr/0001' },
      ];
    }
    return [
      ...judgeImports(room, file),
      ...(room.root === 'lib/domain/' ? judgePurity(file) : []),
      ...(room.root === 'functions/' ? judgeLength(file) : []),
    ];
  });

/** One line for people and editors: `file:line → target: rule`. */
export const formatViolation = ({ path, line, target, rule }: Violation): string =>
  `${path}:${line} → ${target}: ${rule}`;

/** The repository that this script belongs to. */
export const REPOSITORY = dirname(dirname(fileURLToPath(import.meta.url)));

if (import.meta.main) {
  const files = readRooms(REPOSITORY);
  const violations = [...findViolations(files), ...findCircles(files)];
  for (const violation of violations) {
    console.error(formatViolation(violation));
  }
  console.log(`${files.length} files, ${violations.length} violations`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}
