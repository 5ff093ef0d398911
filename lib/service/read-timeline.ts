import {
  decisionKeyAt,
  type LoggedDecision,
  type LoggedDecisions,
  NOTHING_SHOWN,
  showsSame,
} from '../domain/decision/shown.ts';
import { isJsonObject } from '../domain/json.ts';
import { formatInstant, parseInstant } from '../domain/time/instant.ts';
import { type ReadTimelineEntries, timelineKeyAt } from '../domain/visitor/timeline.ts';

/** What a visitor's story is read from: pages, newest first, each from before a key (null: from the newest). */
export interface TimelineDeps {
  readonly listDecisions: (
    visitorId: string,
    before: string | null,
    limit: number,
  ) => Promise<LoggedDecisions>;
  readonly listEntries: ReadTimelineEntries;
}

export interface TimelinePage {
  readonly items: readonly object[];
  /** Asks for what is older; null where nothing is. */
  readonly next: string | null;
}

/** How far each source was read, by its name: the key to go on after; '' where it is at its end. */
export type TimelineCursor = { readonly [source: string]: string };

interface Line {
  readonly key: string;
  readonly at: number;
  readonly item: object;
}

/** What was read of one source. */
interface Chapter {
  readonly source: string;
  readonly lines: readonly Line[];
  /** Where to go on once all lines are told; '' at the end. */
  readonly rest: string;
  /** What is older than this, milliseconds since 1970, was not read. */
  readonly readTo: number;
}

/** Decisions read at once, and for one page: of most that change nothing the rest is another page's. */
const DECISIONS_AT_ONCE = 100;
const MAX_DECISIONS = 1000;

/** A page's place as text that says nothing to its holder. */
export const writeCursor = (cursor: TimelineCursor): string =>
  Buffer.from(JSON.stringify(cursor)).toString('base64url');

/** Sources of what happened, and of decisions, by visitor id. */
const entriesOf = (visitorId: string): string => `e${visitorId}`;
const decisionsOf = (visitorId: string): string => `d${visitorId}`;

/**
 * Where a page begins: after the page that {@link writeCursor} made the text for, or before a time (RFC 3339).
 *
 * @returns null where the text is neither
 */
export const readCursor = (text: string, visitorIds: readonly string[]): TimelineCursor | null => {
  const at = parseInstant(text);
  if (at !== null) {
    return Object.fromEntries(
      visitorIds.flatMap((id) => [
        [entriesOf(id), timelineKeyAt(at)],
        [decisionsOf(id), decisionKeyAt(at)],
      ]),
    );
  }
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (!isJsonObject(parsed)) return null;
    const keys = Object.entries(parsed).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    return keys.length === Object.keys(parsed).length ? Object.fromEntries(keys) : null;
  } catch {
    return null;
  }
};

const decisionLine = ({ key, at, decisionId, shown }: LoggedDecision): Line => ({
  key,
  at,
  item: { at: formatInstant(at), kind: 'decision', decisionId, ...shown },
});

/** The decisions that showed something else than the one before. */
const readDecisions = async (
  { listDecisions }: TimelineDeps,
  visitorId: string,
  before: string | null,
  limit: number,
): Promise<Omit<Chapter, 'source'>> => {
  const lines: Line[] = [];
  let newer: LoggedDecision | null = null;
  let settled: { readonly key: string; readonly at: number } | null = null;
  let place = before;
  for (let read = 0; ; ) {
    const { decisions, more } = await listDecisions(visitorId, place, DECISIONS_AT_ONCE);
    for (const decision of decisions) {
      if (newer !== null) {
        if (!showsSame(newer.shown, decision.shown)) lines.push(decisionLine(newer));
        settled = newer;
      }
      newer = decision;
    }
    read += decisions.length;
    place = decisions.at(-1)?.key ?? place;
    if (!more) {
      if (newer !== null && !showsSame(newer.shown, NOTHING_SHOWN)) lines.push(decisionLine(newer));
      return { lines, rest: '', readTo: Number.NEGATIVE_INFINITY };
    }
    if (settled !== null && (lines.length >= limit || read >= MAX_DECISIONS)) {
      return { lines, rest: settled.key, readTo: settled.at };
    }
  }
};

const readEntries = async (
  { listEntries }: TimelineDeps,
  visitorId: string,
  before: string | null,
  limit: number,
): Promise<Omit<Chapter, 'source'>> => {
  const { entries, more } = await listEntries(visitorId, before, limit);
  const lines = entries.map(({ key, at, entry }) => ({
    key,
    at,
    item: {
      at: formatInstant(at),
      ...entry,
      ...(entry.kind === 'timer' ? { due: formatInstant(entry.due) } : {}),
    },
  }));
  const last = lines.at(-1);
  return more && last !== undefined
    ? { lines, rest: last.key, readTo: last.at }
    : { lines, rest: '', readTo: Number.NEGATIVE_INFINITY };
};

/**
 * A page of a visitor's story, newest first: what happened to them, and the decisions that changed what they saw,
 * those of ids that became this person included.
 *
 * @param visitorIds - the person's own, then those that joined
 */
export const readTimeline = async (
  deps: TimelineDeps,
  visitorIds: readonly string[],
  cursor: TimelineCursor,
  limit: number,
): Promise<TimelinePage> => {
  const chapters = await Promise.all(
    visitorIds.flatMap((visitorId) =>
      [
        { source: entriesOf(visitorId), read: readEntries },
        { source: decisionsOf(visitorId), read: readDecisions },
      ].map(async ({ source, read }): Promise<Chapter> => {
        const before = cursor[source] ?? null;
        if (before === '') return { source, lines: [], rest: '', readTo: Number.NEGATIVE_INFINITY };
        return { source, ...(await read(deps, visitorId, before, limit)) };
      }),
    ),
  );
  const readTo = Math.max(...chapters.map((chapter) => chapter.readTo));
  const told = chapters
    .flatMap(({ lines, source }) => lines.map((line) => ({ ...line, source })))
    .filter(({ at }) => at >= readTo)
    .sort((a, b) => b.at - a.at)
    .slice(0, limit);
  const next = Object.fromEntries(
    chapters.flatMap(({ source, lines, rest }): readonly [string, string][] => {
      const mine = told.filter((line) => line.source === source);
      const place = mine.length === lines.length ? rest : (mine.at(-1)?.key ?? cursor[source]);
      return place === undefined ? [] : [[source, place]];
    }),
  );
  const isEnd = chapters.every(({ source }) => next[source] === '');
  return { items: told.map(({ item }) => item), next: isEnd ? null : writeCursor(next) };
};
