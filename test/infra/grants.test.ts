import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { TableAccess } from '../../infra/function-definition.ts';
import { FUNCTION_NAMES, FUNCTIONS, type FunctionName } from '../../infra/functions.ts';
import { chunkKey, KEYS_KEY, POINTER_KEY, versionKey } from '../../lib/adapters/dynamodb/control-items.ts';
import { CODE_SECRET_KEY } from '../../lib/adapters/dynamodb/secret-reader.ts';
import { stateKey } from '../../lib/adapters/dynamodb/visitor-items.ts';

const folder = new URL('../../lib/adapters/dynamodb/', import.meta.url);

/** What IAM asks for when a command is sent; a transaction asks for what is in it. */
const ACTIONS: Readonly<Record<string, string>> = {
  GetItem: 'dynamodb:GetItem',
  BatchGetItem: 'dynamodb:BatchGetItem',
  Query: 'dynamodb:Query',
  Scan: 'dynamodb:Scan',
  PutItem: 'dynamodb:PutItem',
  UpdateItem: 'dynamodb:UpdateItem',
  DeleteItem: 'dynamodb:DeleteItem',
  BatchWriteItem: 'dynamodb:BatchWriteItem',
};

const IN_TRANSACTIONS: Readonly<Record<string, string>> = {
  Put: 'dynamodb:PutItem',
  Update: 'dynamodb:UpdateItem',
  Delete: 'dynamodb:DeleteItem',
  ConditionCheck: 'dynamodb:ConditionCheckItem',
};

/** Every action that a module of the store may ask for. */
const actionsOf = (source: string): readonly string[] => {
  const commands = [...source.matchAll(/new (\w+)Command\(/g)].map(([, command = '']) => command);
  const direct = commands
    .filter((command) => command !== 'TransactWriteItems')
    .map((command) => ACTIONS[command] ?? `unknown: ${command}`);
  const inside = commands.includes('TransactWriteItems')
    ? Object.entries(IN_TRANSACTIONS).flatMap(([key, action]) =>
        new RegExp(`\\b${key}: `).test(source) ? [action] : [],
      )
    : [];
  return [...new Set([...direct, ...inside])].sort();
};

const granted = (access: readonly TableAccess[]): readonly string[] =>
  access.flatMap(({ actions }) => actions);

const logKeys = (name: FunctionName, action: string): readonly string[] =>
  FUNCTIONS[name].log.flatMap(({ actions, partitionKeys = ['*'] }) =>
    actions.some((each) => each === action) ? partitionKeys : [],
  );

/** As IAM's StringLike. */
const isLike = (pattern: string, key: string): boolean =>
  pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern;

const may = (name: FunctionName, action: string, key: string): boolean =>
  logKeys(name, action).some((pattern) => isLike(pattern, key));

const partitionOf = (item: Readonly<Record<string, { readonly S?: string | undefined }>>): string =>
  item['pk']?.S ?? '';

const POINTER = partitionOf(POINTER_KEY);
const KEYS = partitionOf(KEYS_KEY);
const VERSION = partitionOf(versionKey(1));
const CHUNK = partitionOf(chunkKey('publication', 0));
const CODE_SECRET = partitionOf(CODE_SECRET_KEY);
const VISITOR = partitionOf(stateKey('vAAAAAAAAAAAAAAAAAAAAAA'));

/**
 * Counters are read by nobody who is deployed, until reports are. Whoever was restored from a backup is forgotten again by an
 * operator, with their own credentials.
 */
const OF_NO_FUNCTION = ['counter-reader.ts', 'all-visitors.ts', 'forget-visitor.ts', 'tombstone-writer.ts'];

const modules = readdirSync(folder).filter(
  (name) =>
    !OF_NO_FUNCTION.includes(name) && actionsOf(readFileSync(new URL(name, folder), 'utf8')).length > 0,
);

/** Modules of the store that a function's file brings in, and theirs. */
const modulesOf = (name: FunctionName): readonly string[] => {
  const importsOf = (file: URL): readonly string[] =>
    [...readFileSync(file, 'utf8').matchAll(/from '([^']*\.ts)'/g)]
      .map(([, path = '']) => new URL(path, file))
      .filter(({ href }) => href.startsWith(folder.href))
      .map(({ href }) => href.slice(folder.href.length));
  const found = new Set<string>();
  const visit = (file: URL): void => {
    for (const module of importsOf(file)) {
      if (!found.has(module)) {
        found.add(module);
        visit(new URL(module, folder));
      }
    }
  };
  visit(new URL(`../../${FUNCTIONS[name].source}`, import.meta.url));
  return [...found];
};

const grantedTo = (name: FunctionName): readonly string[] =>
  granted([...FUNCTIONS[name].visitors, ...FUNCTIONS[name].log]);

const WRITES_UNDER_VISITORS: readonly FunctionName[] = [
  'decide',
  'manage-tasks',
  'redeem-offers',
  'on-timeline-effects',
  'on-counter-effects',
  'on-delivery-effects',
  'on-follow-effects',
  'on-task-effects',
  'on-order-effects',
];

describe('grants', () => {
  it.each(modules)('cover every command that %s sends, by one or another of those who run it', (module) => {
    const needed = actionsOf(readFileSync(new URL(module, folder), 'utf8'));
    const users = FUNCTION_NAMES.filter((name) => modulesOf(name).includes(module));
    const available = users.flatMap(grantedTo);
    expect(users).not.toEqual([]);
    expect(needed.filter((action) => !available.includes(action))).toEqual([]);
  });

  it.each(FUNCTION_NAMES)('give %s no action that nothing of its file sends', (name) => {
    const sent = modulesOf(name).flatMap((module) =>
      actionsOf(readFileSync(new URL(module, folder), 'utf8')),
    );
    expect(grantedTo(name).filter((action) => !sent.includes(action))).toEqual([]);
  });

  it('let every function that answers or decides read the keys, the pointer and the catalog', () => {
    for (const name of FUNCTION_NAMES.filter((each) => modulesOf(each).includes('control-store.ts'))) {
      for (const key of [POINTER, KEYS, VERSION, CHUNK]) {
        expect(may(name, 'dynamodb:GetItem', key), `${name} ${key}`).toBe(true);
        expect(may(name, 'dynamodb:BatchGetItem', key), `${name} ${key}`).toBe(true);
      }
    }
  });

  it('name the keys of an action once, so that one statement covers a transaction', () => {
    for (const name of FUNCTION_NAMES) {
      const actions = granted(FUNCTIONS[name].log).filter((action) => /Put|Update|Delete/.test(action));
      expect(actions, name).toEqual([...new Set(actions)]);
    }
  });

  it('let nobody but the manage functions write keys and catalogs', () => {
    const writers = (key: string) =>
      FUNCTION_NAMES.filter((name) =>
        ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'].some((action) =>
          may(name, `dynamodb:${action}`, key),
        ),
      );
    expect(writers(KEYS)).toEqual(['manage-catalog', 'manage-keys']);
    expect(writers(POINTER)).toEqual(['manage-catalog', 'manage-keys']);
    expect(writers(VERSION)).toEqual(['manage-catalog']);
    expect(writers(CHUNK)).toEqual(['manage-catalog']);
    expect(writers(CODE_SECRET)).toEqual(['manage-catalog']);
    // Records, lines of the story, marks of counts, sent messages, follows and tasks lie under the visitor, to be erased with them.
    expect(writers(VISITOR)).toEqual(WRITES_UNDER_VISITORS);
  });

  it('let only those who check or generate codes read what they are made by', () => {
    const readers = FUNCTION_NAMES.filter((name) =>
      ['GetItem', 'BatchGetItem', 'Query', 'Scan'].some((action) =>
        may(name, `dynamodb:${action}`, CODE_SECRET),
      ),
    );
    expect(readers).toEqual(['decide', 'manage-catalog', 'redeem-offers']);
  });

  it('are seen to miss a command that nobody was granted', () => {
    expect(actionsOf('client.send(new UpdateItemCommand({}))')).toEqual(['dynamodb:UpdateItem']);
    expect(actionsOf('new DescribeTableCommand({})')).toEqual(['unknown: DescribeTable']);
    expect(actionsOf('new TransactWriteItemsCommand({ TransactItems: [{ Delete: x }] })')).toEqual([
      'dynamodb:DeleteItem',
    ]);
  });
});
