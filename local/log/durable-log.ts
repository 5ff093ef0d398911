import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { messageOf } from '../start-failure.ts';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL,
  source TEXT NOT NULL,
  detail_type TEXT NOT NULL,
  time INTEGER NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS events_by_kind ON events (detail_type, seq);
CREATE TABLE IF NOT EXISTS messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  queue TEXT NOT NULL,
  message_id TEXT NOT NULL,
  event_seq INTEGER NOT NULL,
  lane TEXT NOT NULL,
  sent_at INTEGER NOT NULL,
  first_received_at INTEGER,
  received INTEGER NOT NULL DEFAULT 0,
  visible_at INTEGER NOT NULL,
  in_flight INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS messages_to_receive ON messages (queue, in_flight, seq);
CREATE INDEX IF NOT EXISTS messages_by_event ON messages (event_seq);
CREATE TABLE IF NOT EXISTS dead_letters (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  queue TEXT NOT NULL,
  message_id TEXT NOT NULL,
  body TEXT NOT NULL,
  received INTEGER NOT NULL,
  sent_at INTEGER NOT NULL,
  failed_at INTEGER NOT NULL,
  reason TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS delayed_messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  queue TEXT NOT NULL,
  message_id TEXT NOT NULL,
  lane TEXT NOT NULL,
  body TEXT NOT NULL,
  due_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS delayed_messages_by_due ON delayed_messages (due_at);
CREATE TABLE IF NOT EXISTS schedules (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  client_token TEXT NOT NULL,
  queue TEXT NOT NULL,
  body TEXT NOT NULL,
  keeps INTEGER NOT NULL,
  due_at INTEGER
);
CREATE UNIQUE INDEX IF NOT EXISTS schedules_by_name ON schedules (name);
CREATE INDEX IF NOT EXISTS schedules_by_due ON schedules (due_at);
CREATE TABLE IF NOT EXISTS checkpoints (stream TEXT PRIMARY KEY, shard TEXT NOT NULL, sequence TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
`;

/** What files of earlier versions lack: there, every message was of an event and had no body of its own. */
const addMissingColumns = (database: DatabaseSync): void => {
  const columns = database.prepare('PRAGMA table_info(messages)').all();
  if (!columns.some((column) => column['name'] === 'body')) {
    database.exec('ALTER TABLE messages ADD COLUMN body TEXT');
  }
};

/** One row as node:sqlite gives it. */
export type Row = Readonly<Record<string, SQLOutputValue>>;

/** A statement prepared once; `all` and `get` read, `run` writes. */
export interface Statement {
  readonly all: (...values: SQLInputValue[]) => readonly Row[];
  readonly get: (...values: SQLInputValue[]) => Row | undefined;
  readonly run: (...values: SQLInputValue[]) => { readonly insertedAs: number };
}

/**
 * The SQLite file behind bus, queues, schedules and the stream's checkpoint. What `commit` resolved is on disk (WAL, synchronous FULL): a kill -9 or a
 * power cut loses none of it. Everything that asks to be committed within one turn of the event loop shares one
 * transaction and so one fsync, which is where a busy bus gets its throughput from.
 */
export interface DurableLog {
  readonly prepare: (sql: string) => Statement;
  /** Runs `work` in the next shared transaction; resolves with its result once that is on disk. */
  readonly commit: <T>(work: () => T) => Promise<T>;
  readonly close: () => void;
}

/** Another process holds the file. */
export class LogInUse extends Error {
  override readonly name = 'LogInUse';
}

interface Pending {
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
}

const SQLITE_BUSY = 5;

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;

const open = (path: string): DatabaseSync => {
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA busy_timeout = 0');
    // The lock on the file is also the lock on the data directory: the kernel releases it however the process ends.
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    // A deleted event may be an erased person's: its bytes are overwritten.
    database.exec('PRAGMA secure_delete = ON');
    database.exec(SCHEMA);
    addMissingColumns(database);
    return database;
  } catch (error) {
    database.close();
    throw isBusy(error) ? new LogInUse(path, { cause: error }) : error;
  }
};

const statement = (prepared: StatementSync): Statement => ({
  all: (...values) => prepared.all(...values),
  get: (...values) => prepared.get(...values),
  run: (...values) => ({ insertedAs: Number(prepared.run(...values).lastInsertRowid) }),
});

/**
 * Opens the file, or creates it.
 *
 * @param path a file, or `:memory:` to keep nothing
 * @throws {LogInUse} when another process has it open
 */
export const openDurableLog = (path: string): DurableLog => {
  const database = open(path);
  let pending: Pending[] = [];
  let closed = false;

  const flush = (): void => {
    const works = pending;
    pending = [];
    if (works.length === 0) {
      return;
    }
    const settle: (() => void)[] = [];
    try {
      database.exec('BEGIN IMMEDIATE');
      for (const work of works) {
        settle.push(work.run());
      }
      database.exec('COMMIT');
    } catch (error) {
      if (database.isOpen && database.isTransaction) {
        database.exec('ROLLBACK');
      }
      for (const work of works) {
        work.reject(error);
      }
      return;
    }
    for (const resolve of settle) {
      resolve();
    }
  };

  return {
    prepare: (sql) => statement(database.prepare(sql)),
    commit: (work) =>
      new Promise((resolve, reject) => {
        if (closed) {
          reject(new Error('the log is closed'));
          return;
        }
        if (pending.length === 0) {
          setImmediate(flush);
        }
        pending.push({
          run: () => {
            const result = work();
            return () => resolve(result);
          },
          reject,
        });
      }),
    close: () => {
      if (closed) {
        return;
      }
      flush();
      closed = true;
      try {
        // Nothing stays behind in the write-ahead log: what was deleted is gone from the directory.
        database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      } catch (error) {
        console.error(`The log could not be written back to its file: ${messageOf(error)}`);
      }
      database.close();
    },
  };
};

/** A text column. */
export const text = (row: Row, column: string): string => String(row[column] ?? '');

/** An integer column; 0 where it is null. */
export const integer = (row: Row, column: string): number => Number(row[column] ?? 0);
