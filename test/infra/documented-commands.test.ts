import { readdirSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { wendProgram } from '../../cli/wend.ts';
import { readConfig } from '../../infra/config.ts';
import { isJsonObject } from '../../lib/domain/json.ts';

const repository = new URL('../../', import.meta.url);

const DOCUMENTS = [
  'README.md',
  ...readdirSync(new URL('docs/', repository), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

const readRunbook = (): string => readFileSync(new URL('docs/runbook.md', repository), 'utf8');

/** What stands for something of the reader's own. */
const FILLED_IN = [
  [/<environment>/g, 'production'],
  [/<command>/g, 'doctor'],
  [/<dir>/g, 'catalog/demo'],
] as const;

/** A word of a shell's line, quoted or not. */
const WORD = /'([^']*)'|"([^"]*)"|([^\s'"]+)/g;

const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(WORD)].map(([, single, double, plain]) => single ?? double ?? plain ?? '');

/** Calls of a tool, each with the place where it is named; an ellipsis says that it is a part of one only. */
const callsOf = (tool: 'wend' | 'cdk') =>
  DOCUMENTS.flatMap((document) =>
    readFileSync(new URL(document, repository), 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        [...line.matchAll(new RegExp(`npx ${tool} ([^\`|)]*)`, 'g'))]
          .map(([, call = '']) => call.replace(/\s+#.*$/, '').trim())
          .filter((call) => !call.includes('…'))
          .map((call) => FILLED_IN.reduce((text, [pattern, value]) => text.replace(pattern, value), call))
          .map((call) => ({ call, place: `${document}:${index + 1}`, words: wordsOf(call) })),
      ),
  );

/** Has a command understand what it is told, and do nothing. */
const idle = (command: Command): void => {
  command.action(() => undefined);
  for (const each of command.commands) idle(each);
};

/** What `wend` says of a call without doing it; empty where it understands. */
const refusalOf = (argv: readonly string[]): string => {
  const said: string[] = [];
  const console = {
    environment: {},
    isTerminal: false,
    out: () => undefined,
    err: (text: string) => {
      said.push(text);
    },
  };
  const program = wendProgram(console, () => undefined);
  for (const each of program.commands) idle(each);
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    said.push(String(error));
  }
  return said.join('');
};

const cdkCallOf = ([verb = '', ...argv]: readonly string[]) => {
  const stacks: string[] = [];
  const context = new Map<string, string>();
  for (let word = argv.shift(); word !== undefined; word = argv.shift()) {
    const [, name = '', value = ''] = word === '-c' ? (/^(\w+)=(.*)$/.exec(argv.shift() ?? '') ?? []) : [];
    if (word === '-c') context.set(name, value);
    else if (word !== '--all') stacks.push(word);
  }
  return { verb, stacks, context };
};

const certificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/1';

/** An environment that has all that one can have. */
const everything = {
  account: '123456789012',
  region: 'eu-central-1',
  api: { domain: { name: 'origin.shop.example', certificateArn } },
  edge: {
    domain: { name: 'wend.shop.example', certificateArn },
    requestsPerFiveMinutes: 3000,
    rotation: 1,
  },
  observability: { emails: ['ops@shop.example'] },
  identity: { secret: 'generated', audience: 'shop' },
};

const config = readConfig({ environment: 'production', overrides: everything });

/** What stacks end in; that they are there is asked where they are synthesised. */
const STACKS = ['data', 'events', 'api', 'edge', 'observability'];

describe('the documentation', () => {
  const wend = callsOf('wend');
  const cdk = callsOf('cdk');

  it('tells ops how to deploy, upgrade, roll back, restore, rotate, move and tear down', () => {
    const verbs = new Set(cdk.map(({ words }) => words[0]));
    expect([...verbs].sort()).toEqual(['bootstrap', 'deploy', 'destroy', 'diff', 'import', 'synth']);
    expect([...readRunbook().matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual(
      expect.arrayContaining([
        'Upgrade and roll back',
        'Restore from a backup',
        'Rotate keys and secrets',
        'Move to another Region',
        'Tear down',
      ]),
    );
  });

  it.each(wend)('calls wend so that it understands: $call ($place)', ({ words }) => {
    const isSentence = words.length === 1 || /^(?:dlq|keys|codes) \w+$/.test(words.join(' '));
    // A verb alone names a command in a sentence, and no call of it.
    const refusal = refusalOf(isSentence ? [...words, '--help'] : words);
    expect(refusal).toBe(isSentence ? 'CommanderError: (outputHelp)' : '');
  });

  it.each(cdk)('gives cdk environments, settings and stacks that there are: $call ($place)', ({ words }) => {
    const { stacks, context } = cdkCallOf(words);
    const { environment = 'dev', overrides, ...others } = Object.fromEntries(context);
    expect(others).toEqual({});
    expect(() => readConfig({ environment, overrides })).not.toThrow();
    const there = STACKS.map((stack) => `wend-production-${stack}`);
    expect(stacks.filter((stack) => !there.includes(stack))).toEqual([]);
  });

  it('names in the runbook settings of the configuration that there are', () => {
    const sections = Object.keys(config).join('|');
    const named = [
      ...readRunbook().matchAll(new RegExp(`\`((?:${sections})(?:\\.[a-zA-Z0-9]+)+)\``, 'g')),
    ].map(([, path = '']) => path);
    expect(named.length).toBeGreaterThan(8);
    const isThere = (path: string): boolean => {
      let value: unknown = config;
      for (const key of path.split('.')) {
        if (!isJsonObject(value) || !Object.hasOwn(value, key)) return false;
        value = value[key];
      }
      return true;
    };
    expect(named.filter((path) => !isThere(path))).toEqual([]);
  });
});
