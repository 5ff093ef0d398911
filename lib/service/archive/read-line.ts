import * as z from 'zod';
import { archivedEventSchema, archivedFactsSchema, tombstoneRecordSchema } from '../../contracts/archive.ts';
import type { ArchivedEvent, ArchivedFacts } from '../../domain/archive/record.ts';
import { openRecord, type SealedRecord, takeApart } from '../../domain/archive/record.ts';
import { parseInstant } from '../../domain/time/instant.ts';

/** What a line of the archive is. */
export type ArchiveLine =
  | {
      readonly kind: 'event';
      readonly facts: ArchivedFacts;
      readonly receivedAt: number;
      readonly record: SealedRecord;
    }
  | { readonly kind: 'tombstone'; readonly name: string; readonly erasedAt: number }
  | { readonly kind: 'unreadable' };

const UNREADABLE: ArchiveLine = { kind: 'unreadable' };

const facts = z.compile(archivedFactsSchema);
const tombstone = z.compile(tombstoneRecordSchema);
const event = z.compile(archivedEventSchema);

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Reads a line, as far as it stands in clear. */
export const readLine = (line: string): ArchiveLine => {
  const record = takeApart(line);
  if (record === null) {
    const parsed = tombstone.safeParse(parse(line));
    if (!parsed.success) return UNREADABLE;
    const erasedAt = parseInstant(parsed.data.erasedAt);
    return erasedAt === null ? UNREADABLE : { kind: 'tombstone', name: parsed.data.tombstone, erasedAt };
  }
  const parsed = facts.safeParse(parse(record.clear));
  const receivedAt = parsed.success ? parseInstant(parsed.data.receivedAt) : null;
  return parsed.success && receivedAt !== null
    ? { kind: 'event', facts: parsed.data, receivedAt, record }
    : UNREADABLE;
};

/** The event that a record seals; null with another key, or where anything of the record was changed. */
export const openEvent = (record: SealedRecord, key: Uint8Array): ArchivedEvent | null => {
  const parsed = event.safeParse(openRecord(record, key));
  return parsed.success ? parsed.data : null;
};
