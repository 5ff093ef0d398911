import { describe, expect, it } from 'vitest';
import { parseDefinitions } from '../../../lib/contracts/catalog/definition.ts';
import {
  authorizationFacts,
  authorizationsFor,
  spendingCapIds,
} from '../../../lib/domain/account/authorization.ts';
import { factsOf } from '../../../lib/domain/condition/facts.ts';
import { catalogOf, definitionsOf } from '../catalog/support.ts';

const NOW = Date.UTC(2026, 10, 26, 10);

const authorization = (id: string, limit: string, rest: object = {}) => ({
  kind: 'authorization',
  id,
  limit,
  approver: 'account.departments.approver',
  per: 'P1M',
  ...rest,
});

const appliedTo = (definitions: readonly object[], account: object, visitor: object = {}) => {
  const catalog = catalogOf(definitionsOf(definitions));
  const applied = authorizationsFor(catalog, 'acme', factsOf({ account, visitor }, NOW));
  return { catalog, applied };
};

describe('the authorizations of an account', () => {
  it.each<[string, unknown, number | null]>([
    ['a whole amount', 5000, 5000],
    ['nothing to spend', 0, 0],
    ['a list of one', [{ limit: 700 }], 700],
    ['no limit', undefined, null],
    ['null', null, null],
    ['a text', '5000', 0],
    ['less than nothing', -1, 0],
    ['half a cent', 10.5, 0],
    ['several limits', [{ limit: 1 }, { limit: 2 }], 0],
  ])('with %s', (_, value, limit) => {
    const departments = Array.isArray(value) ? value : { limit: value };
    const { applied } = appliedTo([authorization('a', 'account.departments.limit')], { departments });
    expect(applied.map((one) => one.limit)).toEqual(limit === null ? [] : [limit]);
  });

  it('apply where their condition holds, and are read below the account with or without its name', () => {
    const definitions = [
      authorization('it', 'account.it', { where: { 'traits.department': 'it' } }),
      authorization('all', 'all'),
    ];
    const { applied } = appliedTo(definitions, { it: 100, all: 200 }, { traits: { department: 'it' } });
    expect(applied.map(({ cap }) => cap.limit)).toEqual([200, 100]);
    const others = appliedTo(definitions, { it: 100, all: 200 }).applied;
    expect(others.map(({ authorization: { id } }) => id)).toEqual(['all']);
  });

  it('name their caps by the account, the definition and the period alone', () => {
    const { applied, catalog } = appliedTo([authorization('a', 'account.limit')], { limit: 1 });
    const [capId = ''] = spendingCapIds(catalog, 'acme', NOW);
    expect(applied.map(({ cap }) => cap.capId)).toEqual([capId]);
    expect(capId).toMatch(/^account\/v[\w-]{22}\/a\/P1M\/2026-11-01$/);
    expect(capId).not.toContain('acme');
    expect(spendingCapIds(catalog, 'other', NOW)).not.toContain(capId);
    expect(spendingCapIds(catalog, 'acme', Date.UTC(2026, 11, 1))).not.toContain(capId);
  });

  it('of several tell of the one that leaves least, and of none where something is unread', () => {
    const definitions = [authorization('a', 'account.a'), authorization('b', 'account.b')];
    const { applied } = appliedTo(definitions, { a: 1000, b: 500 });
    const [a = '', b = ''] = applied.map(({ cap }) => cap.capId);
    const spent = (ofA: number, ofB: number) =>
      authorizationFacts(
        applied,
        new Map([
          [a, ofA],
          [b, ofB],
        ]),
      );
    expect(spent(800, 100)).toMatchObject({ id: 'a', limit: 1000, spent: 800, remaining: 200 });
    expect(spent(800, 700)).toMatchObject({ id: 'b', spent: 700, remaining: 0 });
    expect(authorizationFacts(applied, new Map([[a, 1]]))).toBeNull();
    expect(authorizationFacts([], new Map())).toBeNull();
  });
});

describe('an authorization as it is written', () => {
  const pathsOf = (rest: object): readonly string[] => {
    const parsed = parseDefinitions([{ ...authorization('a', 'account.limit'), ...rest }]);
    return parsed.ok ? [] : parsed.errors.map(({ path }) => path);
  };

  it.each<[string, object, readonly string[]]>([
    ['a month', { per: 'P1M' }, []],
    ['a quarter and a week to wait', { per: 'P3M', timeout: 'P1W' }, []],
    ['a month and a half', { per: 'P1M15D' }, ['per']],
    ['no period', { per: 'P0D' }, ['per']],
    ['a limit of the visitor', { limit: 'traits.limit' }, ['limit']],
    ['the account as its own limit', { limit: 'account' }, ['limit']],
    ['an approver of the cart', { approver: 'cart.id' }, ['approver']],
    ['something else', { queue: 'x' }, ['queue']],
  ])('with %s', (_, rest, paths) => {
    expect(pathsOf(rest)).toEqual(paths);
  });
});
