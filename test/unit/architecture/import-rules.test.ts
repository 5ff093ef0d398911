import { describe, expect, it } from 'vitest';
import { findCircles } from '../../../scripts/import-circles.ts';
import { findViolations, formatViolation } from '../../../scripts/import-rules.ts';
import { readImports } from '../../../scripts/read-imports.ts';

const judge = (path: string, source: string): readonly string[] =>
  findViolations([{ path, source }]).map(formatViolation);

/** Sources that each break one rule, with what has to be said of them. */
const PLANTED: readonly (readonly [path: string, source: string, said: RegExp])[] = [
  [
    'lib/domain/offer/price-cart.ts',
    "import type { Route } from '../../contracts/routes.ts';\n",
    /^lib\/domain\/offer\/price-cart\.ts:1 → \.\.\/\.\.\/contracts\/routes\.ts: lib\/domain may import/,
  ],
  [
    'lib/domain/a.ts',
    "import { DynamoDBClient } from '@aws-sdk/client-dynamodb';\n",
    /may not import this package/,
  ],
  ['lib/domain/a.ts', "import * as z from 'zod';\n", /may not import this package/],
  ['lib/domain/a.ts', "import { readFileSync } from 'node:fs';\n", /may not import this package/],
  ['lib/domain/a.ts', "import { randomUUID } from 'node:crypto';\n", /createHash from node:crypto/],
  [
    'lib/domain/a.ts',
    "import { createHash, randomBytes } from 'node:crypto';\n",
    /createHash from node:crypto/,
  ],
  ['lib/domain/a.ts', "import crypto from 'node:crypto';\n", /createHash from node:crypto/],
  ['lib/domain/a.ts', 'export const now = () => Date.now();\n', /Date\.now\(\): lib\/domain is pure/],
  ['lib/domain/a.ts', 'export const now = () => new Date();\n', /new Date\(\): lib\/domain is pure/],
  ['lib/domain/a.ts', 'export const chance = Math.random();\n', /Math\.random\(\): lib\/domain is pure/],
  [
    'lib/domain/a.ts',
    'export const at = `$'.concat('{Temporal.Now.instant()}`;\n'),
    /Temporal\.Now: lib\/domain is pure/,
  ],
  ['lib/domain/a.ts', "export const region = process.env['AWS_REGION'];\n", /process: lib\/domain is pure/],
  [
    'lib/contracts/a.ts',
    "import { store } from '../adapters/dynamodb/store.ts';\n",
    /lib\/contracts may import/,
  ],
  [
    'lib/adapters/dynamodb/a.ts',
    "import { now } from '../../runtime/clock.ts';\n",
    /lib\/adapters may import/,
  ],
  ['lib/runtime/a.ts', "import { store } from '../adapters/dynamodb/store.ts';\n", /lib\/runtime may import/],
  ['lib/runtime/a.ts', "import { apply } from '../domain/visitor/apply.ts';\n", /lib\/runtime may import/],
  ['lib/adapters/a.ts', "import { z } from 'zod';\n", /zod is imported as import \* as z/],
  ['lib/adapters/a.ts', "import * as z from 'zod/mini';\n", /zod is imported as import \* as z/],
  ['lib/adapters/a.ts', "import { startBus } from '../../local/bus.ts';\n", /lib\/adapters may import/],
  ['lib/adapters/a.ts', "export { startBus } from '../../local/bus.ts';\n", /lib\/adapters may import/],
  ['lib/adapters/a.ts', "const bus = await import('../../local/bus.ts');\n", /lib\/adapters may import/],
  ['lib/service/a.ts', "import { store } from '../adapters/dynamodb/store.ts';\n", /lib\/service may import/],
  [
    'lib/service/a.ts',
    "import { DynamoDBClient } from '@aws-sdk/client-dynamodb';\n",
    /lib\/service may not import this package/,
  ],
  ['functions/api/a.ts', "import { startBus } from '../../local/bus.ts';\n", /functions may import/],
  ['functions/api/a.ts', "import { handler } from './decide.ts';\n", /functions may import/],
  [
    'lib/service/a.ts',
    "import { SQSEvent } from 'aws-lambda';\n",
    /lib\/service may not import this package/,
  ],
  ['lib/domain/a.ts', "import type * as z from 'zod';\n", /may not import this package/],
  ['functions/api/a.ts', "import middy from '@middy/core';\n", /functions may not import this package/],
  ['functions/api/a.ts', 'export const handler = 1;\n'.repeat(60), /60 lines: a function is wiring only/],
  ['infra/app.ts', "import { decide } from '../lib/domain/decision/decide.ts';\n", /infra may import/],
  ['infra/app.ts', "import { handler } from '../functions/api/decide.ts';\n", /infra may import/],
  ['infra/app.ts', "import '../local/start.ts';\n", /infra may import/],
  ['local/start.ts', "import { ApiStack } from '../infra/stacks/api-stack.ts';\n", /local may import/],
  ['cli/main.ts', "import { startBus } from '../local/bus.ts';\n", /cli may import/],
  ['cli/main.ts', "import { fixture } from '../test/fixture.ts';\n", /cli may import/],
  ['bench/run.ts', "import { app } from '../infra/app.ts';\n", /bench may import/],
  ['scripts/a.js', "const start = require('../local/start.ts');\n", /scripts may import/],
  ['lib/helpers/a.ts', 'export const a = 1;\n', /stands in no room/],
];

/** Sources that keep every rule. */
const KEPT: readonly (readonly [path: string, source: string])[] = [
  ['lib/domain/offer/price-cart.ts', "import { allocate } from '../money/allocate.ts';\n"],
  ['lib/domain/hash.ts', "import { createHash } from 'node:crypto';\n"],
  ['lib/domain/hash.ts', "import { hash } from 'node:crypto';\n"],
  ['lib/domain/hmac.ts', "import { createHmac, timingSafeEqual } from 'node:crypto';\n"],
  ['lib/domain/template/a.ts', "import { Liquid } from 'liquidjs';\n"],
  ['lib/domain/a.ts', 'export const at = (ms: number) => new Date(ms).toISOString();\n'],
  ['lib/domain/a.ts', '// never Date.now(): the clock is an argument\nexport const a = 1;\n'],
  [
    'lib/domain/a.ts',
    "/** as in `import x from '../../local/x.ts'` */\nexport const a = 'process.env and Date.now()';\n",
  ],
  ['lib/contracts/a.ts', "import { parseDuration } from '../domain/catalog/duration.ts';\n"],
  ['lib/contracts/a.ts', "import * as z from 'zod';\nimport type { Json } from '../domain/json.ts';\n"],
  ['lib/adapters/dynamodb/a.ts', "import { stamp } from '../../domain/stamp.ts';\n"],
  ['lib/adapters/dynamodb/a.ts', "import { DynamoDBClient } from '@aws-sdk/client-dynamodb';\n"],
  [
    'lib/runtime/a.ts',
    "import type { Stamp } from '../domain/stamp.ts';\nimport middy from '@middy/core';\n",
  ],
  [
    'functions/api/a.ts',
    "import type { SQSEvent } from 'aws-lambda';\nimport { now } from '../../lib/runtime/clock.ts';\n",
  ],
  ['lib/service/a.ts', "import type { SQSEvent } from 'aws-lambda';\n"],
  ['functions/api/a.ts', "import { randomUUID } from 'node:crypto';\n"],
  ['lib/service/a.ts', "import { decide } from '../domain/decision/decide.ts';\n"],
  ['functions/api/a.ts', '// wiring\n'.repeat(59)],
  [
    'infra/app.ts',
    "import { App } from 'aws-cdk-lib';\nimport { ROUTES } from '../lib/contracts/routes.ts';\n",
  ],
  [
    'local/start.ts',
    "import { handler } from '../functions/api/decide.ts';\nimport { readConfig } from '../infra/config.ts';\n",
  ],
];

describe('circles', () => {
  const house = (files: Readonly<Record<string, string>>): readonly string[] =>
    findCircles(Object.entries(files).map(([path, source]) => ({ path, source }))).map(formatViolation);

  it('are found with the way round, types included', () => {
    expect(
      house({
        'lib/domain/a.ts': "import { b } from './in/b.ts';\n",
        'lib/domain/in/b.ts': "\nimport type { C } from '../c.ts';\n",
        'lib/domain/c.ts': "export { a } from './a.ts';\n",
      }),
    ).toEqual([
      'lib/domain/c.ts:1 → lib/domain/a.ts: no circles: ' +
        'lib/domain/a.ts → lib/domain/in/b.ts → lib/domain/c.ts → lib/domain/a.ts',
    ]);
  });

  it('are found where the way to them begins elsewhere', () => {
    expect(
      house({
        'lib/a.ts': "import './b.ts';\n",
        'lib/b.ts': "import './c.ts';\n",
        'lib/c.ts': "import './b.ts';\n",
      }),
    ).toHaveLength(1);
  });

  it('are not seen in two ways to one file', () => {
    expect(
      house({
        'lib/a.ts': "import './b.ts';\nimport './c.ts';\n",
        'lib/b.ts': "import './c.ts';\n",
        'lib/c.ts': "import 'node:fs';\n",
      }),
    ).toEqual([]);
  });
});

describe('import rules', () => {
  it.each(PLANTED)('catch what is wrong in %s: %s', (path, source, said) => {
    const found = judge(path, source);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(said);
  });

  it.each(KEPT)('leave %s alone where it says %s', (path, source) => {
    expect(judge(path, source)).toEqual([]);
  });

  it('see an import that stands behind a string that looks like a comment', () => {
    const source = "const every = 'lib/**/*.ts';\nimport { a } from '../../local/a.ts';\nconst end = '*/';\n";
    expect(judge('lib/adapters/a.ts', source)).toEqual([
      expect.stringMatching(/^lib\/adapters\/a\.ts:2 → \.\.\/\.\.\/local\/a\.ts/),
    ]);
  });

  it('read every form of import with its line', () => {
    const source = [
      "import type { A } from './a.ts';",
      'import {',
      '  b,',
      '  type C,',
      "} from './b.ts';",
      "import './bare.ts';",
      "export * from './all.ts';",
      "export type { D } from './d.ts';",
      "export const later = () => import('./later.ts');",
    ].join('\n');
    expect(readImports(source).map(({ line, specifier, typeOnly }) => [line, specifier, typeOnly])).toEqual([
      [1, './a.ts', true],
      [2, './b.ts', false],
      [6, './bare.ts', false],
      [7, './all.ts', false],
      [8, './d.ts', true],
      [9, './later.ts', false],
    ]);
  });
});
