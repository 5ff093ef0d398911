import type { Json, JsonObject } from '../json.ts';
import { formatInstant } from '../time/instant.ts';
import type { VisitorEvent } from '../visitor/event.ts';
import type { World } from './world.ts';

/** Largest detail of an event in the visitor's story, bytes of JSON. */
const MAX_DETAIL_BYTES = 600;

/** Tells an event in the visitor's story, with what it said as far as that is small. */
export const tellEvent = (world: World, event: VisitorEvent): void => {
  if (world.surroundings.isUntold === true) return;
  const { messageId, name, at } = event;
  const said: JsonObject = event.type === 'identify' ? event.traits : (event.data ?? event.properties);
  const text = JSON.stringify(said);
  const isTold = text !== '{}' && text.length <= MAX_DETAIL_BYTES && world.affordsDetail(text.length);
  const detail: { [key: string]: Json | undefined } = isTold ? { ...said } : {};
  if (event.subject !== undefined) detail['subject'] = event.subject;
  world.tell(at, {
    kind: 'event',
    name,
    messageId,
    ...(Object.keys(detail).length === 0 ? {} : { detail }),
  });
};

/** Puts an event on the bus by itself, for the shop's own rules (`settings.publish`). */
export const publish = (world: World, event: VisitorEvent): void =>
  world.want({
    kind: 'bus',
    id: world.nextId(),
    detailType: event.name,
    detail: {
      ...world.who(),
      messageId: event.messageId,
      at: formatInstant(event.at),
      properties: event.properties,
    },
  });
