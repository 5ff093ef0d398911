import { type DurableLog, text } from './durable-log.ts';

/** Names and values that outlive a restart: the clock's offset, whether the directory has been filled. */
export interface Settings {
  readonly get: (name: string) => string | undefined;
  readonly set: (name: string, value: string) => Promise<void>;
  readonly clear: () => Promise<void>;
}

/** Settings in the same durable file. */
export const createSettings = (log: DurableLog): Settings => {
  const select = log.prepare('SELECT value FROM settings WHERE name = ?');
  const upsert = log.prepare(
    'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  );
  const clear = log.prepare('DELETE FROM settings');
  return {
    get: (name) => {
      const row = select.get(name);
      return row === undefined ? undefined : text(row, 'value');
    },
    set: (name, value) =>
      log.commit(() => {
        upsert.run(name, value);
      }),
    clear: () =>
      log.commit(() => {
        clear.run();
      }),
  };
};
