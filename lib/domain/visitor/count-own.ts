import type { CounterSpec } from '../condition/condition.ts';
import type { JsonObject } from '../json.ts';
import { own } from '../own.ts';
import { boundCounters, type Counter, countersMovedBy, tally } from './counters.ts';
import type { Visitor } from './state.ts';
import { boundStatistics, countMore } from './statistics.ts';

/** An event of Wend's own that came of another: conditions may count it; one that a journey emits is an event like any. */
export const countOwn = (
  visitor: Visitor,
  event: {
    readonly name: string;
    readonly at: number;
    readonly properties: JsonObject;
    readonly emitted: boolean;
  },
  countersByEvent: ReadonlyMap<string, readonly CounterSpec[]>,
): Visitor => {
  const specs = countersByEvent.get(event.name);
  if (specs === undefined && !event.emitted) return visitor;
  const { counters, events } = visitor.state;
  const moved = countersMovedBy(event, specs);
  const tallied = moved.map((id): [string, Counter] => [id, tally(counters[id], event.at)]);
  const counted = event.emitted
    ? boundStatistics({ ...events, [event.name]: countMore(own(events, event.name), 1, event.at, event.at) })
    : events;
  return {
    orders: visitor.orders,
    state: {
      ...visitor.state,
      events: counted,
      counters:
        moved.length === 0 ? counters : boundCounters({ ...counters, ...Object.fromEntries(tallied) }),
    },
  };
};
