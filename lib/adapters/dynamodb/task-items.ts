import { isOver, type Task, type TaskStatus } from '../../domain/task/task.ts';
import type { StoredTask, TaskPosition } from '../../domain/task/task-store.ts';
import { pack, unpack } from './blob.ts';
import type { Item } from './item.ts';

/** How tasks look in the log table (`docs/data-model.md`); the only place that knows. */

/** For how long a task that is over is known: longer than any message that opens it can be on its way. */
const TASK_LIFE_MS = 90 * 24 * 60 * 60_000;

const seconds = (milliseconds: number): Item => ({ ttl: { N: String(Math.ceil(milliseconds / 1000)) } });

export const taskKey = (taskId: string): Item => ({ pk: { S: `task#${taskId}` }, sk: { S: 'T' } });

/** The task itself. */
export const taskItem = (task: Task, version: number): Item => ({
  ...taskKey(task.taskId),
  v: { N: String(version) },
  s: { B: pack(task) },
  ...expiry(task),
});

/** Stands where a task would be that was taken back before it came. */
export const forestalledItem = (taskId: string, at: number): Item => ({
  ...taskKey(taskId),
  v: { N: '1' },
  ...seconds(at + TASK_LIFE_MS),
});

export const readTask = (item: Item | undefined): StoredTask | null =>
  item?.s?.B === undefined ? null : { task: unpack(item.s.B) as Task, version: Number(item.v?.N ?? 0) };

/** The tasks of one queue in one state, in the order in which they were opened. */
export const listKey = (queue: string, status: TaskStatus): string => `tasks#${status}#${queue}`;

export const positionKey = ({ openedAt, taskId }: TaskPosition): string =>
  `${String(openedAt).padStart(15, '0')}#${taskId}`;

export const readPosition = (sortKey: string): TaskPosition => ({
  openedAt: Number(sortKey.slice(0, 15)),
  taskId: sortKey.slice(16),
});

/** Every queue that ever had a task. */
export const QUEUES_KEY = 'task-queues';

export const queueItem = (queue: string): Item => ({ pk: { S: QUEUES_KEY }, sk: { S: queue } });

/** Tasks that are done, whose journey has not been told yet. */
export const OWING_KEY = 'tasks-owing';

const expiry = (task: Task): Item => (isOver(task) ? seconds((task.finishedAt ?? 0) + TASK_LIFE_MS) : {});

/**
 * The items that point to a task: its place in the list of its queue and state, its place under its visitor, by which
 * it is found when they are erased, and one more while its journey has to be told.
 */
export const pointersOf = (task: Task): readonly Item[] => [
  { pk: { S: listKey(task.queue, task.status) }, sk: { S: positionKey(task) }, ...expiry(task) },
  { pk: { S: task.visitorId }, sk: { S: `K#${task.taskId}` }, ...expiry(task) },
  ...(task.owesMail ? [{ pk: { S: OWING_KEY }, sk: { S: `${task.finishedAt}#${task.taskId}` } }] : []),
];
