import type { VisitorEvent } from '../../lib/domain/visitor/event.ts';
import { eventsOfFlight, readFlight } from './flights.ts';
import { readLines } from './lines.ts';
import { createRees46Reader, REES46_COLUMNS, type Rees46Call, readRees46Header } from './rees46.ts';
import { readSegmentLine } from './segment-line.ts';

/**
 * How recorded events are written: `csv` with the columns of REES46, `jsonl` with Segment's calls, or `flights`, the
 * list of flights of vega-datasets.
 */
export const EVENT_FORMATS = ['csv', 'jsonl', 'flights'] as const;
export type EventFormat = (typeof EVENT_FORMATS)[number];

/** A line that could not be played. */
export interface BrokenLine {
  readonly line: number;
  readonly message: string;
}

/** Recorded events in the order of their times. */
export interface RecordedEvents {
  readonly events: readonly VisitorEvent[];
  readonly lines: number;
  readonly broken: readonly BrokenLine[];
}

/** The format by a file's name; null where it does not tell. */
export const formatOf = (path: string): EventFormat | null => {
  const name = path.replace(/\.(?:gz|br)$/, '');
  if (name.endsWith('.csv')) return 'csv';
  if (/(?:^|[/\\])flights[^/\\]*\.json$/.test(name)) return 'flights';
  return /\.(?:jsonl|ndjson)$/.test(name) ? 'jsonl' : null;
};

export interface ReadEventsOptions {
  readonly format: EventFormat;
  /** Of prices in a CSV, which says nothing of it. */
  readonly currency: string;
  /** Told how much has been read, 0 to 1. */
  readonly onProgress: (share: number) => void;
}

/**
 * Reads recorded events. A line that can't be read is reported and all others are kept.
 *
 * @throws what reading the file throws, and where a CSV's first line does not name the columns, or a list of flights is none
 */
export const readRecordedEvents = async (
  path: string,
  { format, currency, onProgress }: ReadEventsOptions,
): Promise<RecordedEvents> => {
  if (format === 'flights') return readFlightEvents(path, onProgress);
  const events: VisitorEvent[] = [];
  const broken: BrokenLine[] = [];
  const read = format === 'csv' ? csvReader(currency, events, broken) : jsonlReader(events, broken);
  let lines = 0;
  for await (const block of readLines(path)) {
    for (const [index, line] of block.lines.entries()) read(line, block.first + index);
    lines += block.lines.length;
    onProgress(block.progress);
  }
  return { events: inOrder(events), lines, broken };
};

/** One list of JSON: its entries are counted as its lines, from 1. */
const readFlightEvents = async (
  path: string,
  onProgress: (share: number) => void,
): Promise<RecordedEvents> => {
  let text = '';
  for await (const { lines, progress } of readLines(path)) {
    text += `${lines.join('\n')}\n`;
    onProgress(progress);
  }
  const entries: unknown = JSON.parse(text);
  if (!Array.isArray(entries)) throw new Error('expected a list of flights');
  const events: VisitorEvent[] = [];
  const broken: BrokenLine[] = [];
  for (const [index, entry] of entries.entries()) {
    const read = readFlight(entry, index + 1);
    if (!read.ok) broken.push({ line: index + 1, message: read.message });
    else for (const event of eventsOfFlight(read.flight)) events.push(event);
  }
  return { events: inOrder(events), lines: entries.length, broken };
};

type LineReader = (line: string, lineNumber: number) => void;

const csvReader = (currency: string, events: VisitorEvent[], broken: BrokenLine[]): LineReader => {
  let readRow: ReturnType<typeof createRees46Reader> | null = null;
  return (line, lineNumber) => {
    if (line === '') return;
    if (readRow === null) {
      const header = readRees46Header(line);
      // Without columns no line can be read: a report of nothing would look like one.
      if (header === null) throw new Error(`line ${lineNumber}: expected the columns ${REES46_COLUMNS}`);
      readRow = createRees46Reader(header, currency);
      return;
    }
    const row = readRow(line, lineNumber);
    if (row.ok) events.push(toVisitorEvent(row.call));
    else broken.push({ line: lineNumber, message: row.message });
  };
};

const jsonlReader =
  (events: VisitorEvent[], broken: BrokenLine[]): LineReader =>
  (line, lineNumber) => {
    if (line.trim() === '') return;
    const read = readSegmentLine(line, lineNumber);
    for (const event of read.events) events.push(event);
    for (const message of read.problems) broken.push({ line: lineNumber, message });
  };

const NOTHING = {};

/** A row as the service would have it once accepted, at the moment when it happened. */
const toVisitorEvent = ({ messageId, event, userId, at, properties }: Rees46Call): VisitorEvent => ({
  messageId,
  type: 'track',
  name: event,
  at,
  receivedAt: at,
  userId,
  properties,
  traits: NOTHING,
  context: NOTHING,
});

/** By time; events of the same time stay in the order of the file. */
const inOrder = (events: VisitorEvent[]): readonly VisitorEvent[] => {
  const isSorted = events.every((event, index) => index === 0 || (events[index - 1]?.at ?? 0) <= event.at);
  return isSorted ? events : events.toSorted((a, b) => a.at - b.at);
};

/** All REES46 rows of a file as calls; broken lines are left out. */
export const readRees46Calls = async (path: string): Promise<readonly Rees46Call[]> => {
  const calls: Rees46Call[] = [];
  let readRow: ReturnType<typeof createRees46Reader> | null = null;
  for await (const { first, lines } of readLines(path)) {
    for (const [index, line] of lines.entries()) {
      if (readRow === null) {
        const header = readRees46Header(line);
        if (header === null) throw new Error(`${path}: expected the columns ${REES46_COLUMNS}`);
        readRow = createRees46Reader(header, 'USD');
        continue;
      }
      const row = readRow(line, first + index);
      if (row.ok) calls.push(row.call);
    }
  }
  return calls;
};
