import { approve, refuseApproval } from '../../domain/redemption/approve.ts';
import { APPROVED } from '../../domain/redemption/ask-approval.ts';
import { expire } from '../../domain/redemption/moves.ts';
import type { Redemption } from '../../domain/redemption/redemption.ts';
import { NOTHING_TAKEN } from '../../domain/redemption/take.ts';
import type { TaskStore } from '../../domain/task/task-store.ts';
import { createTaskEffects } from '../tasks/apply-task-effect.ts';
import { type ChangeDeps, createOrderChanger, type Decide } from './change-order.ts';
import { createRetaker, type RetakeDeps } from './retake.ts';

export interface ApprovalDeps extends ChangeDeps, RetakeDeps {
  readonly tasks: TaskStore;
}

/** Orders that are over their account's authorization, and wait for what their approver says. */
export const createApprovals = (deps: ApprovalDeps) => {
  const { tasks, now } = deps;
  const change = createOrderChanger(deps);
  const retake = createRetaker(deps);
  const applyTaskEffects = createTaskEffects(tasks);

  /** What the approver said in time; null: nothing yet. */
  const answerTo = async ({ spending, expiresAt }: Redemption): Promise<string | null> => {
    const taskId = spending?.approval?.taskId;
    const task = taskId === undefined ? null : (await tasks.read(taskId))?.task;
    if (task?.status !== 'done' || task.finishedAt === null || task.finishedAt >= expiresAt) return null;
    return task.outcome;
  };

  /** Whether the order waits no more, whoever moved it on. */
  const moveOn: Decide<boolean> = async (redemption) => {
    const still = { after: redemption, gives: [], taking: NOTHING_TAKEN, answer: false };
    if (redemption.status !== 'awaitingApproval') return { ...still, answer: true };
    const answer = await answerTo(redemption);
    if (answer === null) {
      const { redemption: after } = expire(redemption, now());
      return { ...still, after, answer: after !== redemption };
    }
    if (answer !== APPROVED) return { ...still, after: refuseApproval(redemption, now()), answer: true };
    const again = await retake(redemption, true);
    if (again === null || again.spending === 'no-room') return 'again';
    const { redemption: after, held } = approve(redemption, again.retaken, again.spending, now());
    return { ...still, after, taking: held ? again.taking : NOTHING_TAKEN, answer: true };
  };

  return {
    /** Moves an order that awaits its approval as its task says by now, and tells whether it waits no more. */
    catchUp: (orderId: string): Promise<boolean> => change(orderId, moveOn),
    /** Nobody has to decide any more. */
    withdraw: ({ visitorId }: Redemption, taskId: string): Promise<void> =>
      applyTaskEffects({ visitorId, at: now(), effects: [{ kind: 'task', taskId, what: 'withdraw' }] }),
  };
};
