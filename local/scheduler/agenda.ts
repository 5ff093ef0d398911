import { randomUUID } from 'node:crypto';
import type { SentQueue } from '../../lib/contracts/queues.ts';
import { parseJson } from '../json.ts';
import { type DurableLog, integer, type Row, text } from '../log/durable-log.ts';
import { queueCalled } from '../queue/address.ts';
import { laneOf } from '../queue/lane.ts';
import type { Queues } from '../queue/queues.ts';
import type { SentMessage } from '../queue/send-messages.ts';

/** A one-time schedule. */
export interface NewSchedule {
  /** With its group: no two of them have the same. */
  readonly name: string;
  /** The same for a request that an SDK repeats. */
  readonly clientToken: string;
  readonly queue: SentQueue;
  /** What the queue gets when it fires. */
  readonly input: string;
  /** When it fires, milliseconds since 1970 by the service's clock. */
  readonly dueAt: number;
  /** It stays, and holds its name, after it has fired. */
  readonly keeps: boolean;
}

/** What is to get into a queue, now or at its time by the service's clock. All of it is durable once promised. */
export interface Agenda {
  /** Puts messages into a queue, all or none, those with a delay when it has passed. */
  readonly send: (
    queue: SentQueue,
    messages: readonly (SentMessage & { readonly id: string })[],
  ) => Promise<void>;
  /** False where the name is taken, unless by the very same request. */
  readonly createSchedule: (schedule: NewSchedule) => Promise<boolean>;
  /** False where there is none of the name. */
  readonly deleteSchedule: (name: string) => Promise<boolean>;
  /** When the next of it is due, milliseconds since 1970 by the service's clock. */
  readonly nextDue: () => number | undefined;
  /** Moves everything that is due at or before `upTo` into its queue, in order of due time. */
  readonly fire: (upTo: number) => Promise<void>;
  /**
   * Moves timers into their queue that are due at or before `upTo`, and stand here for up to a second later, since
   * schedules and delays count in whole seconds. False where there is none.
   */
  readonly fireRounded: (upTo: number) => Promise<boolean>;
  /** Forgets all; to be called inside a commit of the same log. */
  readonly wipe: () => void;
}

/** What is moved in one transaction. */
const FIRED_AT_ONCE = 1_000;

const waitingWhere = (condition: string): string => `
    SELECT * FROM (
      SELECT seq, 'message' AS kind, queue, message_id, lane, body, 0 AS keeps, due_at FROM delayed_messages
        WHERE ${condition}
      UNION ALL
      SELECT seq, 'schedule', queue, '', '', body, keeps, due_at FROM schedules WHERE ${condition})
    ORDER BY due_at, seq LIMIT ${FIRED_AT_ONCE}`;

const DUE = 'due_at <= ?1';
/** A timer says itself when it is due. */
const ROUNDED =
  "due_at > ?1 AND due_at <= ?1 + 1000 AND CASE WHEN json_valid(body) THEN body ->> '$.due' <= ?1 ELSE 0 END";

const messageFor = (body: string, id: string) => {
  const content = parseJson(body);
  return { id, body, lane: content.ok ? laneOf(content.value) : '' };
};

const prepareStatements = (log: DurableLog) => ({
  delay: log.prepare(
    'INSERT INTO delayed_messages (queue, message_id, lane, body, due_at) VALUES (?, ?, ?, ?, ?)',
  ),
  schedule: log.prepare(
    'INSERT INTO schedules (name, client_token, queue, body, keeps, due_at) VALUES (?, ?, ?, ?, ?, ?)',
  ),
  find: log.prepare('SELECT client_token FROM schedules WHERE name = ?'),
  unschedule: log.prepare('DELETE FROM schedules WHERE name = ?'),
  next: log.prepare(`
    SELECT min(at) AS at FROM (
      SELECT min(due_at) AS at FROM delayed_messages UNION ALL SELECT min(due_at) FROM schedules)`),
  due: log.prepare(waitingWhere(DUE)),
  rounded: log.prepare(waitingWhere(ROUNDED)),
  undelay: log.prepare('DELETE FROM delayed_messages WHERE seq = ?'),
  end: log.prepare('DELETE FROM schedules WHERE seq = ?'),
  complete: log.prepare('UPDATE schedules SET due_at = NULL WHERE seq = ?'),
});

/**
 * The agenda in the same durable log as the queues.
 *
 * @param now the service's clock
 * @param onChanged told when the next due time may be another
 */
export const createAgenda = (
  log: DurableLog,
  queues: Pick<Queues, 'enqueue' | 'notify'>,
  now: () => number,
  onChanged: () => void,
): Agenda => {
  const { delay, schedule, find, unschedule, next, due, rounded, undelay, end, complete } =
    prepareStatements(log);

  const fireOne = (row: Row): SentQueue[] => {
    const seq = integer(row, 'seq');
    const queue = queueCalled(text(row, 'queue'));
    const isMessage = text(row, 'kind') === 'message';
    if (isMessage) {
      undelay.run(seq);
    } else {
      (integer(row, 'keeps') === 1 ? complete : end).run(seq);
    }
    // A directory of another version may hold a queue that is no more: there is nobody to tell.
    if (queue === undefined) {
      return [];
    }
    const body = text(row, 'body');
    queues.enqueue(
      queue,
      isMessage
        ? { id: text(row, 'message_id'), body, lane: text(row, 'lane') }
        : messageFor(body, randomUUID()),
    );
    return [queue];
  };

  const fireAll = async (statement: typeof due, upTo: number): Promise<number> => {
    let fired = 0;
    const targets = await log.commit(() => {
      const rows = statement.all(upTo);
      fired = rows.length;
      return rows.flatMap(fireOne);
    });
    queues.notify(new Set(targets));
    return fired;
  };

  return {
    send: async (queue, messages) => {
      await log.commit(() => {
        for (const { id, body, delaySeconds } of messages) {
          const message = messageFor(body, id);
          if (delaySeconds === 0) {
            queues.enqueue(queue, message);
          } else {
            delay.run(queue, id, message.lane, body, now() + delaySeconds * 1000);
          }
        }
      });
      queues.notify([queue]);
      if (messages.some(({ delaySeconds }) => delaySeconds > 0)) {
        onChanged();
      }
    },
    createSchedule: async ({ name, clientToken, queue, input, keeps, dueAt }) => {
      const created = await log.commit(() => {
        const present = find.get(name);
        if (present !== undefined) {
          return clientToken !== '' && text(present, 'client_token') === clientToken;
        }
        schedule.run(name, clientToken, queue, input, keeps ? 1 : 0, dueAt);
        return true;
      });
      onChanged();
      return created;
    },
    deleteSchedule: (name) =>
      log.commit(() => {
        const present = find.get(name) !== undefined;
        unschedule.run(name);
        return present;
      }),
    nextDue: () => {
      const row = next.get();
      return row === undefined || row['at'] === null ? undefined : integer(row, 'at');
    },
    fire: async (upTo) => {
      for (let fired = FIRED_AT_ONCE; fired === FIRED_AT_ONCE; ) fired = await fireAll(due, upTo);
    },
    fireRounded: async (upTo) => (await fireAll(rounded, upTo)) > 0,
    wipe: () => {
      log.prepare('DELETE FROM delayed_messages').run();
      log.prepare('DELETE FROM schedules').run();
    },
  };
};
