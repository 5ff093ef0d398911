import { createHmac } from 'node:crypto';
import type { Json, JsonObject } from '../json.ts';
import { formatInstant } from '../time/instant.ts';
import { readCurrency, readOrderOperation } from '../visitor/commerce.ts';
import { stampOf, type VisitorEvent } from '../visitor/event.ts';
import { readyKey, seal, unseal } from './cipher.ts';

/**
 * The archive is lines of JSON, one an event that took effect. What can be counted stands in clear and names no person;
 * the event itself is sealed with the key of the visitor whom it changed, which lies in their item and goes with it
 * (docs/concepts/archive.md).
 */

/** What everybody who may read the archive can count. */
export interface ArchivedFacts {
  /** Of the form of the line. */
  readonly v: 1;
  /** Of the event, by which a repeat is told: from the person's key, so that it leads to nobody. */
  readonly id: string;
  readonly name: string;
  readonly type: VisitorEvent['type'];
  /** Wend's own event: no client sent it. */
  readonly own?: true;
  /** RFC 3339. */
  readonly receivedAt: string;
  readonly appliedAt: string;
  /** In UTC, of `receivedAt`. */
  readonly day: string;
  /** The version of the catalog that it was applied by. */
  readonly catalog: number;
  /** Of an order, what it came to, or of its refund: minor units. */
  readonly amount?: number;
  readonly currency?: string;
  /** Whose key it is sealed with: a visitor id, hidden (`hideVisitorId`). */
  readonly key: string;
}

/** What only the visitor's key opens. */
export interface ArchivedEvent {
  /** The visitor id under which it came: whoever that is by then is told of it again. */
  readonly home: string;
  readonly event: VisitorEvent;
}

/** When, how and under whom an event took effect. */
export interface Application {
  /** The service's clock, milliseconds since 1970. */
  readonly at: number;
  readonly catalogVersion: number;
  /** The settings', for orders that name none. */
  readonly currency: string;
  /** The key of the visitor whom it changed. */
  readonly key: Uint8Array;
  /** Their visitor id, hidden. */
  readonly hidden: string;
}

/** What stands between the clear part of a line and the sealed one. */
const SEALED = ',"sealed":"';
const END = '"}';

const eventIdOf = (key: Uint8Array, messageId: string): string =>
  createHmac('sha256', readyKey(key)).update(messageId).digest('base64url').slice(0, 22);

const amountOf = (event: VisitorEvent, currency: string): Pick<ArchivedFacts, 'amount' | 'currency'> => {
  const operation = readOrderOperation(event, stampOf(event), currency);
  if (operation?.kind === 'complete') {
    return { amount: operation.content.revenue, currency: operation.content.currency };
  }
  if (operation?.kind !== 'refund' || operation.amount === null) return {};
  return { amount: operation.amount, currency: readCurrency(event.properties, currency) };
};

const factsOf = (event: VisitorEvent, { at, catalogVersion, currency, key, hidden }: Application) => {
  const receivedAt = formatInstant(event.receivedAt);
  return {
    v: 1,
    id: eventIdOf(key, event.messageId),
    name: event.name,
    type: event.type,
    ...(event.own === true ? { own: true } : {}),
    receivedAt,
    appliedAt: formatInstant(at),
    day: receivedAt.slice(0, 10),
    catalog: catalogVersion,
    ...amountOf(event, currency),
    key: hidden,
  } satisfies ArchivedFacts;
};

/**
 * An event as a line of the archive, without its end.
 *
 * @param nonce - `NONCE_BYTES` that were never used under this key
 */
export const recordOf = (
  { home, event }: ArchivedEvent,
  application: Application,
  nonce: Uint8Array,
): string => {
  const clear = JSON.stringify(factsOf(event, application));
  const sealed = seal(application.key, nonce, JSON.stringify({ home, event }), clear);
  return `${clear.slice(0, -1)}${SEALED}${sealed.toString('base64')}${END}`;
};

/** A line of the archive that tells of an event. */
export interface SealedRecord {
  /** The clear part, to the byte: the seal vouches for it. */
  readonly clear: string;
  readonly sealed: string;
}

/** A line taken apart; null where it is none of an event's. */
export const takeApart = (line: string): SealedRecord | null => {
  const at = line.lastIndexOf(SEALED);
  if (at < 0 || !line.endsWith(END)) return null;
  return { clear: `${line.slice(0, at)}}`, sealed: line.slice(at + SEALED.length, -END.length) };
};

/** What was sealed, as JSON; null without the key, or where anything of the line was changed. */
export const openRecord = ({ clear, sealed }: SealedRecord, key: Uint8Array): Json => {
  const text = unseal(key, Buffer.from(sealed, 'base64'), clear);
  return text === null ? null : JSON.parse(text);
};

/**
 * A line that says that somebody was erased: a table that is restored from a backup knows it from here.
 *
 * @param name - of `tombstoneName`
 * @param erasedAt - milliseconds since 1970
 */
export const tombstoneRecordOf = (name: string, erasedAt: number): string =>
  JSON.stringify({ v: 1, tombstone: name, erasedAt: formatInstant(erasedAt) } satisfies JsonObject);
