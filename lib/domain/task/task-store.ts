import type { Task, TaskStatus } from './task.ts';

/** A task as it lies in the store; `version` grows with every write. */
export interface StoredTask {
  readonly task: Task;
  readonly version: number;
}

/** Where a page of tasks ended: the last one's. */
export interface TaskPosition {
  /** Milliseconds since 1970. */
  readonly openedAt: number;
  readonly taskId: string;
}

export interface TaskQuery {
  /** Absent: of all queues. */
  readonly queue?: string;
  readonly statuses: readonly TaskStatus[];
  readonly order: 'oldest' | 'newest';
  readonly limit: number;
  readonly after?: TaskPosition;
}

export interface TaskPage {
  readonly tasks: readonly Task[];
  /** Where the next page begins; null where this is the last. */
  readonly next: TaskPosition | null;
}

/** All work for people. */
export interface TaskStore {
  /** Puts a task, unless there is, or was, one of this id. */
  readonly open: (task: Task) => Promise<void>;
  /** Remembers that a task was taken back before it came, or answers `conflict` where it has come. */
  readonly forestall: (taskId: string, at: number) => Promise<'forestalled' | 'conflict'>;
  /** Consistently; null where there is none. */
  readonly read: (taskId: string) => Promise<StoredTask | null>;
  /** Writes a task, or answers `conflict` where it was written in between. */
  readonly change: (stored: StoredTask, task: Task) => Promise<'changed' | 'conflict'>;
  readonly list: (query: TaskQuery) => Promise<TaskPage>;
  /** Ids of done tasks whose journey has not been told yet, those that have waited longest first. */
  readonly listOwing: (limit: number) => Promise<readonly string[]>;
}
