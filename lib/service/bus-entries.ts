import { EVENTS_RECEIVED, MAX_ENTRY_BYTES } from '../contracts/bus.ts';
import type { VisitorEvent } from '../domain/visitor/event.ts';
import type { BusEntry } from '../domain/visitor/event-bus.ts';

/**
 * One bus entry per visitor and request, its events in their order; several where they would be larger than an
 * entry may be.
 */
export const busEntriesOf = (events: readonly VisitorEvent[]): readonly BusEntry[] => {
  const byVisitor = new Map<string, VisitorEvent[]>();
  for (const event of events) {
    const visitor = JSON.stringify([event.userId, event.anonymousId]);
    const theirs = byVisitor.get(visitor);
    if (theirs === undefined) byVisitor.set(visitor, [event]);
    else theirs.push(event);
  }
  return [...byVisitor.values()].flatMap(entriesOfVisitor);
};

const entriesOfVisitor = (events: readonly VisitorEvent[]): readonly BusEntry[] => {
  const entries: BusEntry[] = [];
  let texts: string[] = [];
  let bytes = 0;
  const close = (): void => {
    if (texts.length > 0)
      entries.push({ detailType: EVENTS_RECEIVED, detail: `{"events":[${texts.join(',')}]}` });
    texts = [];
    bytes = 0;
  };
  for (const event of events) {
    const text = JSON.stringify(event);
    const size = Buffer.byteLength(text) + 1;
    if (bytes + size > MAX_ENTRY_BYTES) close();
    texts.push(text);
    bytes += size;
  }
  close();
  return entries;
};
