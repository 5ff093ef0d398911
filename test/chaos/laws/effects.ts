import { readTask, taskKey } from '../../../lib/adapters/dynamodb/task-items.ts';
import { timelineItem } from '../../../lib/adapters/dynamodb/timeline-items.ts';
import type { Effect, EffectKind } from '../../../lib/domain/effect/effect.ts';
import type { Outcome } from '../life-of-a-seed.ts';
import type { Received } from '../seen.ts';
import type { Law } from './laws.ts';

const isOfKind =
  <Kind extends EffectKind>(kind: Kind) =>
  (effect: Effect): effect is Extract<Effect, { kind: Kind }> =>
    effect.kind === kind;

/** All that commits wanted, in their order. */
export const wanted = <Kind extends EffectKind>({ house }: Outcome, kind: Kind) =>
  house.seen.commits.flatMap((commit) =>
    commit.effects.filter(isOfKind(kind)).map((effect) => ({ ...commit, effect })),
  );

/** Each message is asked for once per step of an instance, by one commit. */
export const requestsLaw: Law = (outcome) => {
  const asked = new Map<string, number>();
  for (const { effect } of wanted(outcome, 'delivery')) {
    const name = `${effect.message.journeyId}.${effect.message.stepId} ${effect.message.messageId}`;
    asked.set(name, (asked.get(name) ?? 0) + 1);
  }
  return [...asked].flatMap(([name, times]) => (times > 1 ? [`${name} was asked for ${times} times`] : []));
};

/** The lease of a sender, milliseconds: whoever takes longer may be taken for dead. */
const LEASE_MS = 30_000;

const isSlow = ({ task }: Received, at: number): boolean => at >= task.since + LEASE_MS;

/** Whether a sender may have failed to say that the message was sent, or one of two was taken for dead. */
const mayComeAgain = (before: Received, next: Received): boolean =>
  before.task.isDead ||
  before.task.faults > before.faults ||
  isSlow(before, next.at) ||
  isSlow(next, next.at);

/** Each message arrives, and again only where a sender died, or got no answer, between sending and saying so. */
export const deliveriesLaw: Law = (outcome) => {
  const { received } = outcome.house.seen;
  const isCalm = outcome.manner === 'undisturbed';
  return wanted(outcome, 'delivery').flatMap(({ effect: { message } }) => {
    const [first, ...more] = received.get(message.messageId) ?? [];
    if (first === undefined) return [`${message.stepId} was never sent`];
    let before = first;
    for (const next of more) {
      if (isCalm || !mayComeAgain(before, next)) return [`${message.stepId} was sent again for no reason`];
      before = next;
    }
    return [];
  });
};

/** What commits tell the world is on the bus: in calm once, else at least once and always in the same words. */
export const busLaw: Law = (outcome) => {
  const told = new Map<string, string[]>();
  for (const { detailType, detail } of outcome.house.seen.bus) {
    const { effectId, ...rest } = JSON.parse(detail);
    told.set(effectId, [...(told.get(effectId) ?? []), `${detailType} ${JSON.stringify(rest)}`]);
  }
  return wanted(outcome, 'bus').flatMap(({ effect }) => {
    const entries = told.get(effect.id) ?? [];
    const words = `${effect.detailType} ${JSON.stringify(effect.detail)}`;
    if (entries.length === 0) return [`${effect.detailType} was never on the bus`];
    if (entries.some((entry) => entry !== words))
      return [`${effect.detailType} was on the bus in other words`];
    return outcome.manner === 'undisturbed' && entries.length > 1
      ? [`${effect.detailType} was on the bus ${entries.length} times`]
      : [];
  });
};

/** The story has a line for each that a commit told, and no other. */
export const storyLaw: Law = (outcome) => {
  const told = new Set(
    outcome.log.flatMap(({ pk, sk }) => (sk?.S?.startsWith('T#') ? [`${pk?.S} ${sk.S}`] : [])),
  );
  const lines = wanted(outcome, 'timeline').map(({ visitorId, effect, at }) => {
    const { pk, sk } = timelineItem(visitorId, effect, at);
    return `${pk?.S} ${sk?.S}`;
  });
  const missing = lines.filter((line) => !told.has(line)).length;
  const others = told.size - new Set(lines).size;
  return [
    ...(missing > 0 ? [`${missing} lines are missing`] : []),
    ...(missing === 0 && others > 0 ? [`${others} lines are too many`] : []),
    ...(new Set(lines).size < lines.length ? ['two lines have one place'] : []),
  ];
};

/** A task that was opened is there, done where an agent did it, else withdrawn where its journey took it back. */
export const tasksLaw: Law = (outcome) => {
  const byKey = new Map(outcome.log.map((item) => [`${item.pk?.S} ${item.sk?.S}`, item]));
  const withdrawn = new Set(
    wanted(outcome, 'task').flatMap(({ effect }) => (effect.what === 'withdraw' ? [effect.taskId] : [])),
  );
  const { finished, tried } = outcome.house.seen;
  return wanted(outcome, 'task').flatMap(({ effect }) => {
    if (effect.what !== 'open') return [];
    const { taskId, queue } = effect;
    const { pk, sk } = taskKey(taskId);
    const item = byKey.get(`${pk?.S} ${sk?.S}`);
    if (item === undefined) return [`a task of ${queue} is not there`];
    const task = readTask(item)?.task;
    // It was taken back before it came: nobody ever saw it.
    if (task === undefined) return withdrawn.has(taskId) ? [] : [`a task of ${queue} was never opened`];
    if (task.owesMail) return [`the journey was never told of a task of ${queue}`];
    const isDone = finished.has(taskId) || (tried.has(taskId) && task.status === 'done');
    const expected = isDone ? 'done' : withdrawn.has(taskId) ? 'withdrawn' : 'open';
    return task.status === expected
      ? []
      : [`a task of ${queue} is ${task.status}, and should be ${expected}`];
  });
};
