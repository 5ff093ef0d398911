import { createHash } from 'node:crypto';
import type { CapPart } from '../../domain/redemption/cap.ts';
import { isOpen, type Redemption } from '../../domain/redemption/redemption.ts';
import type { CodeHold, StoredRedemption } from '../../domain/redemption/redemption-store.ts';
import { pack, unpack } from './blob.ts';
import type { Item } from './item.ts';

/** How the offer ledger looks in the log table (`docs/data-model.md`); the only place that knows. */

/** For how long an order is known after it was held: it may be cancelled or refunded all that time. */
const REDEMPTION_LIFE_MS = 400 * 24 * 60 * 60_000;

/** Open orders are spread over so many partitions: a busy shop holds a thousand a second. */
export const OPEN_SHARDS = 16;

/** An orderId may be longer than a key. */
const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);

const number = (value: number): Item[string] => ({ N: String(value) });
const seconds = (milliseconds: number): Item => ({ ttl: number(Math.ceil(milliseconds / 1000)) });

export const redemptionKey = (orderId: string): Item => ({
  pk: { S: `order#${hashOf(orderId)}` },
  sk: { S: 'R' },
});

export const redemptionItem = (redemption: Redemption, version: number): Item => ({
  ...redemptionKey(redemption.orderId),
  v: number(version),
  s: { B: pack(redemption) },
  ...seconds(redemption.heldAt + REDEMPTION_LIFE_MS),
});

export const readRedemption = (item: Item | undefined): StoredRedemption | null =>
  item?.s?.B === undefined
    ? null
    : { redemption: unpack(item.s.B) as Redemption, version: Number(item.v?.N ?? 0) };

/** Where an order lies under its visitor, by which it is found when they are erased. */
export const ofVisitorItem = ({ visitorId, orderId, heldAt }: Redemption): Item => ({
  pk: { S: visitorId },
  sk: { S: `H#${hashOf(orderId)}` },
  orderId: { S: orderId },
  ...seconds(heldAt + REDEMPTION_LIFE_MS),
});

export const openPartition = (shard: number): string => `open-orders#${shard.toString(16)}`;

const timeOf = (milliseconds: number): string => String(milliseconds).padStart(16, '0');

/** Sorts after every order that is to be looked at before this moment, milliseconds since 1970. */
export const openBefore = (milliseconds: number): string => timeOf(milliseconds);

/** The place of an order that somebody has to come back to; the same as long as it lives. */
export const openKey = ({ orderId, expiresAt }: Redemption): Item => {
  const hash = hashOf(orderId);
  const shard = (createHash('sha256').update(hash).digest()[0] ?? 0) % OPEN_SHARDS;
  return { pk: { S: openPartition(shard) }, sk: { S: `${timeOf(expiresAt)}#${hash}` } };
};

/** That place, with what stands there; null where nobody has to come back. */
export const openItem = (redemption: Redemption): Item | null =>
  isOpen(redemption) ? { ...openKey(redemption), orderId: { S: redemption.orderId } } : null;

const capPartition = (capId: string): Item[string] => ({ S: `cap#${capId}` });

export const capKey = (capId: string): { readonly pk: Item[string] } => ({ pk: capPartition(capId) });

export const partKey = (capId: string, part: number): Item => ({
  pk: capPartition(capId),
  sk: { S: `P#${String(part).padStart(2, '0')}` },
});

/** `l` is what is left, `u` what is used, `m` the limit that the parts were shaped for. */
export const partItem = (capId: string, part: CapPart): Item => ({
  ...partKey(capId, part.part),
  l: number(part.left),
  u: number(part.used),
  m: number(part.limit),
  v: number(part.version),
});

export const readPart = (item: Item): CapPart => ({
  part: Number(item.sk?.S?.slice(2) ?? 0),
  left: Number(item.l?.N ?? 0),
  used: Number(item.u?.N ?? 0),
  limit: Number(item.m?.N ?? 0),
  version: Number(item.v?.N ?? 0),
});

/** `h` and `x`: by whom a code is held, and until when. */
export const readCodeHold = (item: Item): CodeHold => ({
  holder: item.h?.S ?? '',
  until: Number(item.x?.N ?? 0),
});

/** How often a person used an offer, under one of their ids. */
export const personKey = (visitorId: string, offerId: string): Item => ({
  pk: { S: visitorId },
  sk: { S: `U#${offerId}` },
});
