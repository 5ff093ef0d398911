import { unpack } from '../../lib/adapters/dynamodb/blob.ts';
import type { DeliveryEffect, Effect, EffectsOfCommit } from '../../lib/domain/effect/effect.ts';
import type { BusEntry } from '../../lib/domain/visitor/event-bus.ts';
import { STRANGER, type VisitorState } from '../../lib/domain/visitor/state.ts';
import { TABLE_NAMES } from '../../local/store/tables.ts';
import type { Task } from './gate.ts';
import type { Item } from './memory/expressions.ts';

/** A visitor's item as it was written; `state` null: the id became somebody else. */
export interface Commit {
  readonly visitorId: string;
  readonly version: number;
  /** The clock of whoever wrote it, as they read it, and the world's when it was written; milliseconds since 1970. */
  readonly at: number;
  readonly writtenAt: number;
  readonly effects: readonly Effect[];
  readonly state: () => VisitorState | null;
  /** When the due index has it, milliseconds since 1970. */
  readonly due: number | null;
}

/** A message as a receiver got it, and who sent it. */
export interface Received {
  readonly effect: DeliveryEffect;
  readonly task: Task;
  /** Faults that the sender had met before. */
  readonly faults: number;
  readonly at: number;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Most states are never looked at. */
const lazy = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/** The items that a command writes into the visitors table. */
const visitorItemsIn = (input: object): readonly Item[] => {
  const actions: readonly unknown[] = Reflect.get(input, 'TransactItems') ?? [];
  const puts = [input, ...actions.map((action) => (isObject(action) ? Reflect.get(action, 'Put') : null))];
  return puts.flatMap((put) => {
    if (!isObject(put) || Reflect.get(put, 'TableName') !== TABLE_NAMES.visitors) return [];
    const item: Item | undefined = Reflect.get(put, 'Item');
    return item?.sk?.S === 'V' ? [item] : [];
  });
};

/** All that the house was seen to do. */
export class Seen {
  readonly commits: Commit[] = [];
  /** By visitor id, the last of them. */
  readonly latest = new Map<string, Commit>();
  readonly bus: BusEntry[] = [];
  readonly received = new Map<string, Received[]>();
  /** Tasks that an agent reached for, and those that they were told are done. */
  readonly tried = new Set<string>();
  readonly finished = new Set<string>();
  readonly errors: string[] = [];
  /** Ids of messages that a commit asked for, and of entries for the bus. */
  readonly requested = new Set<string>();
  readonly published = new Set<string>();

  /** Notes what a command has written; answers what the table's stream says of it. */
  written(input: object, at: number): readonly object[] {
    return visitorItemsIn(input).flatMap((item) => {
      const { pk, sk, e, s, v, dueAt } = item;
      const packed = e?.B === undefined ? null : (unpack(e.B) as EffectsOfCommit);
      const commit: Commit = {
        visitorId: pk?.S ?? '',
        version: Number(v?.N),
        at: packed?.at ?? at,
        writtenAt: at,
        effects: packed?.effects ?? [],
        state: lazy(() =>
          s?.B === undefined ? null : { ...STRANGER.state, ...(unpack(s.B) as VisitorState) },
        ),
        due: dueAt?.S === undefined ? null : Number(dueAt.S),
      };
      this.commits.push(commit);
      this.latest.set(commit.visitorId, commit);
      for (const effect of commit.effects) {
        if (effect.kind === 'delivery') this.requested.add(effect.message.messageId);
        if (effect.kind === 'bus') this.published.add(effect.id);
      }
      return e?.B === undefined ? [] : [{ pk, sk, e: { B: Buffer.from(e.B).toString('base64') } }];
    });
  }

  put(entries: readonly BusEntry[]): void {
    for (const entry of entries) {
      this.bus.push(entry);
      const { effectId } = JSON.parse(entry.detail);
      if (!this.published.has(effectId))
        this.errors.push(`${entry.detailType} was on the bus before it was so`);
    }
  }

  /** A message arrives at whoever delivers it. */
  receive(effect: DeliveryEffect, task: Task, at: number): void {
    const { messageId, stepId } = effect.message;
    if (!this.requested.has(messageId)) this.errors.push(`${stepId} was sent before it was asked for`);
    const earlier = this.received.get(messageId) ?? [];
    this.received.set(messageId, [...earlier, { effect, task, faults: task.faults, at }]);
  }
}
