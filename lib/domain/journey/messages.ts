import type { MessageStep } from '../catalog/journey-definition.ts';
import type { OutboundMessage } from '../effect/effect.ts';
import type { Json } from '../json.ts';
import { addDuration, subtractDuration } from '../time/duration.ts';
import { formatInstant } from '../time/instant.ts';
import { endOfQuietHours } from '../time/wall-clock.ts';
import { refusedPurpose } from './consent.ts';
import { idOf } from './facts.ts';
import type { JourneyInstance } from './instance.ts';
import type { Standing } from './standing.ts';
import type { World } from './world.ts';

/** Times of messages kept of one visitor: a limit may ask for as many. */
const MAX_TIMES = 100;
/** Largest content of a message, bytes of JSON. */
const MAX_CONTENT_BYTES = 32_000;
/** Topics that reach those who want to buy and be gone (rule 7). */
const TRANSACTIONAL: ReadonlySet<string> = new Set(['transaction', 'service']);

/** What becomes of a message now: sent, dropped for good, or held back until a moment (milliseconds since 1970). */
type Verdict =
  | { readonly kind: 'send' }
  | { readonly kind: 'drop'; readonly why: string }
  | { readonly kind: 'hold'; readonly until: number; readonly why: string };

/** Until when the message limit holds a message back; null where it may go. */
const endOfLimit = (world: World, at: number): number | null => {
  const { messageLimit } = world.catalog.settings;
  if (messageLimit === null) return null;
  const { max, per } = messageLimit;
  const since = subtractDuration(at, per, world.zone);
  const recent = world.state.messages.filter((time) => time > since && time <= at);
  if (recent.length < max) return null;
  const oldest = recent[recent.length - max];
  // With a limit of 0 nothing is ever sent, and the message would wait for ever.
  return oldest === undefined ? null : Math.max(at + 1, addDuration(oldest, per, world.zone));
};

/** Whether what brought the visitor here still holds: a message that waited is re-checked (rule 4). */
const stillHolds = ({ world, instance, journey, compiled, at }: Standing): boolean => {
  const facts = world.factsOf(instance, at);
  if (journey.segment !== null) {
    const segment = world.catalog.segments.get(journey.segment);
    if (segment === undefined || !world.holds(segment, facts)) return false;
  }
  return ['enter.where', ...compiled.guards].every((path) => world.holds(journey.conditionAt(path), facts));
};

const sells = ({ sells: hasSold }: JourneyInstance, { message }: MessageStep): boolean =>
  (message.intent ?? (hasSold ? 'sell' : 'serve')) === 'sell';

const judge = (standing: Standing, step: MessageStep): Verdict => {
  const { world, instance, at } = standing;
  const { message } = step;
  const { consents, preferences } = world.profile;
  const refused = refusedPurpose(consents, message);
  if (refused !== null) return { kind: 'drop', why: `no consent: ${refused}` };
  if (preferences.contactStyle === 'transaction-only' && !TRANSACTIONAL.has(message.topic)) {
    return { kind: 'drop', why: 'the visitor wants transactions only' };
  }
  if (sells(instance, step) && world.isServiceFirst(at)) {
    return { kind: 'drop', why: 'service first: a problem is open' };
  }
  const waited = instance.waiting?.kind === 'message';
  if (waited && !stillHolds(standing)) {
    return { kind: 'drop', why: 'what it was about is over' };
  }
  if (world.catalog.settings.messageLimit?.max === 0) return { kind: 'drop', why: 'the message limit is 0' };
  if (message.urgent === true && message.topic === 'service') return { kind: 'send' };
  const { quietHours } = world.catalog.settings;
  // What is late, or came of a late event, goes out now: this must not be at night either.
  const quiet =
    quietHours === null
      ? null
      : (endOfQuietHours(at, world.zone, quietHours) ??
        endOfQuietHours(world.surroundings.now, world.zone, quietHours));
  if (quiet !== null) return { kind: 'hold', until: quiet, why: 'quiet hours' };
  const limited = endOfLimit(world, at);
  return limited === null ? { kind: 'send' } : { kind: 'hold', until: limited, why: 'message limit' };
};

/**
 * Runs a message step: asks for the message, drops it, or holds it back.
 *
 * @returns the instance; `waiting` where the message is held back
 */
export const runMessage = (standing: Standing, step: MessageStep): JourneyInstance => {
  const { world, instance, journey, compiled, at } = standing;
  const { channel, topic } = step.message;
  const told = { kind: 'message', journeyId: journey.id, stepId: compiled.id, channel, topic } as const;
  const verdict = judge(standing, step);
  if (verdict.kind === 'hold') {
    world.tell(at, { ...told, what: 'delayed', why: verdict.why });
    return { ...instance, waiting: { kind: 'message', due: verdict.until } };
  }
  const sent = { ...instance, waiting: null };
  const drop = (why: string): JourneyInstance => {
    world.tell(at, { ...told, what: 'dropped', why });
    world.count(`journeys/${journey.id}/messages/dropped`);
    return sent;
  };
  if (verdict.kind === 'drop') return drop(verdict.why);
  const rendered = world.render(compiled.content, world.factsOf(instance, at));
  if (!rendered.ok) return drop(`the template failed: ${rendered.message}`);
  if (JSON.stringify(rendered.content).length > MAX_CONTENT_BYTES) return drop('the content is too large');
  ask(standing, step, rendered.content);
  return sent;
};

const ask = ({ world, instance, compiled, at }: Standing, step: MessageStep, content: Json): void => {
  const { run, journeyId } = instance;
  const { channel, topic } = step.message;
  const told = { kind: 'message', journeyId, stepId: compiled.id, channel, topic } as const;
  const message: OutboundMessage = {
    messageId: idOf(run, compiled.id),
    at: formatInstant(at),
    ...world.who(),
    channel,
    topic,
    journeyId,
    stepId: compiled.id,
    content,
  };
  const { email, phone } = world.profile.traits;
  const id = world.nextId();
  world.post({
    run,
    sentAt: at,
    sells: sells(instance, step),
    told,
    effects: [
      { kind: 'bus', id, detailType: 'Message Requested', detail: { ...message } },
      {
        kind: 'delivery',
        message,
        address: {
          email: typeof email === 'string' ? email : null,
          phone: typeof phone === 'string' ? phone : null,
        },
      },
      {
        kind: 'timeline',
        id: `${id}.m`,
        at,
        order: world.order,
        entry: { ...told, what: 'requested' },
      },
      { kind: 'count', counter: `journeys/${journeyId}/messages/requested`, add: 1 },
    ],
  });
  const messages = [...world.state.messages, at].sort((a, b) => a - b).slice(-MAX_TIMES);
  world.change({ messages });
  world.own.push({
    source: message.messageId,
    name: 'Message Requested',
    at,
    properties: { messageId: message.messageId, channel, topic, journeyId, stepId: compiled.id },
    depth: world.depth + 1,
    emitted: false,
  });
};
