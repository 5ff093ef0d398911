import type { EffectsOfCommit } from '../../domain/effect/effect.ts';
import type { Link } from '../../domain/identity/links.ts';
import { visitorIdOf } from '../../domain/identity/visitor-id.ts';
import { MARK_LIFE_MS, type Mark } from '../../domain/visitor/marks.ts';
import { NO_ORDERS, type Orders } from '../../domain/visitor/orders.ts';
import {
  isKnown,
  lastHeardAt,
  STRANGER,
  type Visitor,
  type VisitorState,
} from '../../domain/visitor/state.ts';
import type { Account, Sealing, StoredVisitor } from '../../domain/visitor/visitor-store.ts';
import { pack, unpack } from './blob.ts';
import { dueAttributes } from './due-index.ts';
import type { Item } from './item.ts';

/** How items look in the visitors table (`docs/data-model.md`); the only place that knows. */
const STATE_KEY = 'V';
const ORDERS_KEY = 'O';
const ACCOUNT_KEY = 'A';

export const stateKey = (visitorId: string): Item => ({ pk: { S: visitorId }, sk: { S: STATE_KEY } });
export const ordersKey = (visitorId: string): Item => ({ pk: { S: visitorId }, sk: { S: ORDERS_KEY } });
export const markKey = (visitorId: string, mark: string): Item => ({
  pk: { S: visitorId },
  sk: { S: `M#${mark}` },
});
export const accountKey = (accountId: string): Item => ({
  pk: { S: visitorIdOf(`account:${accountId}`) },
  sk: { S: ACCOUNT_KEY },
});

/**
 * Anonymous visitors are forgotten; people who are known are not. Orders, which are not written with every event,
 * last one retention longer than the state: see `writesOrders`.
 */
const expiry = (state: VisitorState, retentionMs: number): Item =>
  isKnown(state) ? {} : ttl(lastHeardAt(state) + retentionMs);

export const stateItem = (
  visitorId: string,
  version: number,
  state: VisitorState,
  anonymousRetentionMs: number,
): Item => ({
  ...stateKey(visitorId),
  v: { N: String(version) },
  s: { B: pack(state) },
  ...expiry(state, anonymousRetentionMs),
});

/**
 * What a state item carries besides the state: the effects of the commit that wrote it, for the table's stream, and its
 * place in the due index. An item is always put whole, so neither outlives the next commit.
 */
export const outgoingAttributes = (effects: EffectsOfCommit, due: number | null): Item => ({
  ...(effects.effects.length === 0 ? {} : { e: { B: pack(effects) } }),
  ...dueAttributes(effects.visitorId, due),
});

/** What lies in an item beside the memory or the links, whichever it holds: it goes with the item. */
export const sealingAttributes = (sealing: Sealing | undefined): Item =>
  sealing === undefined
    ? {}
    : {
        k: { B: sealing.key },
        ...(sealing.erasedAt === null ? {} : { x: { N: String(sealing.erasedAt) } }),
      };

const readSealing = ({ k, x }: Item): { readonly sealing?: Sealing } =>
  k?.B === undefined ? {} : { sealing: { key: k.B, erasedAt: x?.N === undefined ? null : Number(x.N) } };

export const ordersItem = (
  visitorId: string,
  version: number,
  { state, orders }: Visitor,
  anonymousRetentionMs: number,
): Item => ({
  ...ordersKey(visitorId),
  v: { N: String(version) },
  s: { B: pack(orders) },
  ...expiry(state, 2 * anonymousRetentionMs),
});

export const linkItem = (visitorId: string, version: number, links: readonly Link[]): Item => ({
  ...stateKey(visitorId),
  v: { N: String(version) },
  l: { B: pack(links) },
});

export const markItem = (visitorId: string, [mark, receivedAt]: Mark): Item => ({
  ...markKey(visitorId, mark),
  ...ttl(receivedAt + MARK_LIFE_MS),
});

export const accountItem = (account: Account, version: number): Item => ({
  ...accountKey(account.id),
  v: { N: String(version) },
  s: { B: pack(account) },
});

/** What lies under a visitor id, of the items that were found there. */
export const readVisitor = (
  visitorId: string,
  state: Item | undefined,
  orders: Item | undefined,
): StoredVisitor => {
  const ordersVersion = orders === undefined ? null : versionOf(orders);
  if (state === undefined) return { kind: 'none', visitorId, version: null, ordersVersion };
  const version = versionOf(state);
  const sealing = readSealing(state);
  if (state.l?.B !== undefined) {
    return { kind: 'linked', visitorId, version, links: unpack(state.l.B) as readonly Link[], ...sealing };
  }
  const visitor: Visitor = {
    state: { ...STRANGER.state, ...(state.s?.B === undefined ? {} : (unpack(state.s.B) as VisitorState)) },
    orders: orders?.s?.B === undefined ? NO_ORDERS : (unpack(orders.s.B) as Orders),
  };
  return { kind: 'visitor', visitorId, version, ordersVersion, visitor, ...sealing };
};

export const readAccount = (item: Item | undefined): Account | null =>
  item?.s?.B === undefined ? null : (unpack(item.s.B) as Account);

export const versionOf = (item: Item): number => Number(item.v?.N ?? 0);

const ttl = (at: number): Item => ({ ttl: { N: String(Math.ceil(at / 1000)) } });
