/** A visit: events with less than half an hour between one and the next. Milliseconds since 1970. */
export type Session = readonly [from: number, to: number];

/** A visit ends after this long without an event (the usual half hour of web analytics). */
const SESSION_GAP_MS = 30 * 60_000;

/** Sessions kept one by one; late events are exact this far back. */
export const MAX_SESSIONS = 64;

/** Sessions, ascending and more than a gap apart, and how many fell off the list. */
export interface Sessions {
  readonly recent: readonly Session[];
  readonly older: number;
}

export const NO_SESSIONS: Sessions = { recent: [], older: 0 };

/**
 * Sessions after something happened at `at`: it lengthens a session, joins two, or is one of its own. What is
 * older than all that is kept, once something fell off, changes nothing.
 */
export const extendSessions = (sessions: Sessions, at: number): Sessions => addSession(sessions, [at, at]);

/** Two histories' sessions as one. */
export const mergeSessions = (a: Sessions, b: Sessions): Sessions =>
  b.recent.reduce(addSession, { recent: a.recent, older: a.older + b.older });

/** Number of sessions in all. */
export const countSessions = (sessions: Sessions): number => sessions.older + sessions.recent.length;

const addSession = (sessions: Sessions, [from, to]: Session): Sessions => {
  const { recent, older } = sessions;
  const last = recent.at(-1);
  if (last !== undefined && from >= last[0] && from - last[1] < SESSION_GAP_MS) {
    if (to <= last[1]) return sessions;
    return { recent: [...recent.slice(0, -1), [last[0], to]], older };
  }
  const first = recent[0];
  if (older > 0 && first !== undefined && to + SESSION_GAP_MS <= first[0]) return sessions;
  const start = recent.findIndex((session) => session[1] + SESSION_GAP_MS > from);
  if (start < 0) return bounded([...recent, [from, to]], older);
  let end = start;
  let joined: Session = [from, to];
  for (
    let next = recent[end];
    next !== undefined && next[0] - SESSION_GAP_MS < joined[1];
    next = recent[end]
  ) {
    joined = [Math.min(joined[0], next[0]), Math.max(joined[1], next[1])];
    end += 1;
  }
  return bounded([...recent.slice(0, start), joined, ...recent.slice(end)], older);
};

const bounded = (recent: readonly Session[], older: number): Sessions => {
  const excess = recent.length - MAX_SESSIONS;
  return excess > 0 ? { recent: recent.slice(excess), older: older + excess } : { recent, older };
};
