import { createHash } from 'node:crypto';
import { type Facts, readPath } from '../condition/facts.ts';
import type { Json, JsonObject } from '../json.ts';
import { formatInstant } from '../time/instant.ts';
import type { VisitorEvent } from '../visitor/event.ts';
import type { EntryEvent } from './instance.ts';

/** An id of 128 bits that is the same for the same parts. */
export const idOf = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16).toString('base64url');

/** `event.*` of the event that an instance entered by. */
export const entryFacts = ({ name, time, properties, subject, data }: EntryEvent): JsonObject => ({
  name,
  time: formatInstant(time),
  properties,
  ...(subject === undefined ? {} : { type: name, subject }),
  ...(data === undefined ? {} : { data }),
});

/** `event.*` of an event that happens. */
export const eventFacts = (
  event: Pick<VisitorEvent, 'name' | 'at' | 'properties' | 'subject' | 'data'>,
): JsonObject =>
  entryFacts({
    name: event.name,
    time: event.at,
    properties: event.properties,
    ...(event.subject === undefined ? {} : { subject: event.subject }),
    ...(event.data === undefined ? {} : { data: event.data }),
  });

/** A key as text; null for what is none. */
export const keyText = (value: unknown): string | null => {
  if (typeof value === 'string' && value !== '') return value.slice(0, 200);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
};

/**
 * The key that an event itself carries for a fact: a part of the event, or for `cart.id` the cart that it names. Null
 * where it carries none: it then reaches all instances.
 */
export const carriedKey = (keyPath: string | null, event: JsonObject): string | null => {
  if (keyPath === null) return null;
  if (keyPath === 'cart.id') return keyText(readPath(event, ['properties', 'cart_id']));
  const [root, ...path] = keyPath.split('.');
  return root === 'event' ? keyText(readPath(event, path)) : null;
};

/** The value of a fact by its dotted path; short forms of the visitor's facts included. */
export const factAt = (facts: Facts, path: string): Json => {
  const parts = path.split('.');
  const full = parts[0] === 'traits' || parts[0] === 'stats' ? ['visitor', ...parts] : parts;
  return plain(readPath(facts.roots, full));
};

/** A fact as JSON: facts are plain values, as far as they are read one by one. */
const plain = (value: unknown): Json => {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return value === null || value === undefined ? null : JSON.parse(JSON.stringify(value));
};
