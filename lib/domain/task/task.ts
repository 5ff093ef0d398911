import type { TaskEffect } from '../effect/effect.ts';

/** `open`, then `claimed` or `escalated`, which may follow each other; `done` and `withdrawn` are the end. */
export type TaskStatus = 'open' | 'claimed' | 'escalated' | 'done' | 'withdrawn';

/** What somebody has to do. */
export const TO_DO: readonly TaskStatus[] = ['open', 'claimed', 'escalated'];

/** Work for a person, as a journey or an order asked for it. Times are milliseconds since 1970. */
export interface Task {
  readonly taskId: string;
  readonly visitorId: string;
  readonly queue: string;
  readonly summary: string;
  /** How it may end; empty: it just ends. */
  readonly outcomes: readonly string[];
  /** When nobody waits for it any longer; null: never. */
  readonly dueAt: number | null;
  /** The journey that asked, its step and its instance; null where an order did. */
  readonly journeyId: string | null;
  readonly stepId: string | null;
  readonly run: string | null;
  /** The order that waits for it; absent where a journey does. */
  readonly orderId?: string;
  /** Whom it is addressed to, as an account names them; absent: whoever works on the queue. */
  readonly approver?: string;
  readonly openedAt: number;
  readonly status: TaskStatus;
  readonly claimedBy: string | null;
  readonly claimedAt: number | null;
  readonly escalatedAt: number | null;
  readonly escalationReason: string | null;
  readonly outcome: string | null;
  readonly finishedAt: number | null;
  /** It is done, and the journey or the order has not been told yet. */
  readonly owesMail: boolean;
}

/** What is asked of a task can't be done in the state that it is in; `detail` is a sentence for the agent's desk. */
export interface Refused {
  readonly kind: 'wrong-state' | 'unknown-outcome';
  readonly detail: string;
}

/** The task as it is afterwards: the very same object where nothing changes. */
export type Move = { readonly task: Task } | { readonly refused: Refused };

const refuse = (kind: Refused['kind'], detail: string): Move => ({ refused: { kind, detail } });

/** What is known of a task from its first moment on. */
type Asked = Pick<
  Task,
  | 'taskId'
  | 'visitorId'
  | 'queue'
  | 'summary'
  | 'outcomes'
  | 'dueAt'
  | 'journeyId'
  | 'stepId'
  | 'run'
  | 'orderId'
  | 'approver'
  | 'openedAt'
>;

/** A task that nobody has looked at yet. */
export const newTask = (asked: Asked): Task => ({
  ...asked,
  status: 'open',
  claimedBy: null,
  claimedAt: null,
  escalatedAt: null,
  escalationReason: null,
  outcome: null,
  finishedAt: null,
  owesMail: false,
});

/** A task as an effect opens it, at the moment of its commit. */
export const openTask = (
  {
    taskId,
    queue,
    summary,
    outcomes,
    dueAt,
    journeyId,
    stepId,
    run,
  }: Extract<TaskEffect, { readonly what: 'open' }>,
  visitorId: string,
  at: number,
): Task =>
  newTask({ taskId, visitorId, queue, summary, outcomes, dueAt, journeyId, stepId, run, openedAt: at });

/** Whether nothing more happens to a task. */
export const isOver = ({ status }: Task): boolean => status === 'done' || status === 'withdrawn';

/** Somebody takes it on; whoever has it already has it still. */
export const claimTask = (task: Task, by: string | null, at: number): Move => {
  if (isOver(task)) return refuse('wrong-state', `The task is ${task.status}.`);
  if (task.status !== 'claimed') {
    return { task: { ...task, status: 'claimed', claimedBy: by, claimedAt: at } };
  }
  return by !== null && task.claimedBy === by
    ? { task }
    : refuse('wrong-state', 'The task is claimed already.');
};

/** Somebody hands it up: it is free again, for whoever can do more. */
export const escalateTask = (task: Task, reason: string | null, at: number): Move => {
  if (isOver(task)) return refuse('wrong-state', `The task is ${task.status}.`);
  if (task.status === 'escalated' && task.escalationReason === reason) return { task };
  return {
    task: {
      ...task,
      status: 'escalated',
      claimedBy: null,
      claimedAt: null,
      escalatedAt: at,
      escalationReason: reason,
    },
  };
};

/** It is done, with one of its outcomes; the same outcome twice is once. */
export const finishTask = (task: Task, outcome: string | null, at: number): Move => {
  if (task.outcomes.length > 0 && (outcome === null || !task.outcomes.includes(outcome))) {
    return refuse('unknown-outcome', `expected one of ${task.outcomes.join(', ')}`);
  }
  if (task.status === 'done' && task.outcome === outcome) return { task };
  if (isOver(task)) {
    const how = task.outcome === null ? '' : ` with the outcome ${task.outcome}`;
    return refuse('wrong-state', `The task is ${task.status}${how}.`);
  }
  return { task: { ...task, status: 'done', outcome, finishedAt: at, owesMail: true } };
};

/** The journey no longer needs it; what is over stays as it is. */
export const withdrawTask = (task: Task, at: number): Task =>
  isOver(task) ? task : { ...task, status: 'withdrawn', finishedAt: at };

/** The visitor's journey, or the order, has been told. */
export const payMail = (task: Task): Task => ({ ...task, owesMail: false });
