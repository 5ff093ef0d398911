import type { Deliverer, DeliveryLog, Settled } from '../../domain/delivery/delivery.ts';
import type { DeliveryEffect, OutboundMessage } from '../../domain/effect/effect.ts';
import type { VisitorEvent } from '../../domain/visitor/event.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { SendMail } from '../send-mail.ts';

/** What the delivery of messages needs of the world. */
export interface DeliverDeps {
  readonly log: DeliveryLog;
  /** Sends the channel `email`; null where no from-address is set. */
  readonly email: Deliverer | null;
  /** Takes every channel that nobody else does; null where none is set. */
  readonly webhook: Deliverer | null;
  readonly mail: SendMail;
  /** The service's clock, milliseconds since 1970. */
  readonly now: () => number;
  readonly logger: Logger;
}

/** Longer than any try takes; whoever is killed while sending is taken up after it. */
const LEASE_MS = 30_000;

/** What the visitor's journeys learn of it: the same, however often it is told. */
const eventOf = (message: OutboundMessage, { outcome, reason, at }: Settled): VisitorEvent => ({
  messageId: `${message.messageId}:${outcome === 'delivered' ? 'delivered' : 'bounced'}`,
  type: 'track',
  name: outcome === 'delivered' ? 'Message Delivered' : 'Message Bounced',
  at,
  receivedAt: at,
  properties: {
    messageId: message.messageId,
    channel: message.channel,
    topic: message.topic,
    journeyId: message.journeyId,
    stepId: message.stepId,
    ...(reason === null ? {} : { reason }),
  },
  traits: {},
  context: {},
});

/**
 * Hands messages of one commit to whoever delivers their channels, and tells the visitor's journeys how each ended. A
 * message is claimed before it is sent and settled after, so that of two who get it one sends it; whoever dies between
 * sending and settling has it sent again under the same id. Where nobody delivers a channel nothing happens: the
 * message is on the bus. One that fails does not keep the others.
 *
 * @returns those that could not be sent now, and are to come again
 * @throws whatever the log or the queue throws; all of them should come again then
 */
export const createMessageDeliverer = (deps: DeliverDeps) => {
  const delivererOf = (channel: string): Deliverer | null =>
    channel === 'email' ? (deps.email ?? deps.webhook) : deps.webhook;

  const postpone = (reason: string): null => {
    deps.logger.warn('A message could not be sent now.', { reason });
    return null;
  };

  /** How it ended; null where it has not. */
  const send = async (deliverer: Deliverer, effect: DeliveryEffect): Promise<Settled | null> => {
    const name = effect.message;
    const claim = await deps.log.claim(name, deps.now(), LEASE_MS);
    if (claim.kind === 'settled') return claim.settled;
    if (claim.kind === 'held') return postpone('held');
    const handover = await deliverer.deliver(effect);
    if (handover.outcome === 'unavailable') {
      await deps.log.release(name, claim.attempt);
      return postpone(handover.reason);
    }
    const reason = handover.outcome === 'refused' ? handover.reason : null;
    const settled: Settled = { outcome: handover.outcome, reason, at: deps.now() };
    await deps.log.settle(name, claim.attempt, settled);
    if (reason !== null) deps.logger.warn('A message was refused for good.', { reason });
    return settled;
  };

  const deliver = async (effect: DeliveryEffect): Promise<boolean> => {
    const deliverer = delivererOf(effect.message.channel);
    if (deliverer === null) return true;
    const settled = await send(deliverer, effect);
    if (settled === null) return false;
    // Told again where it was settled before: whoever settled it may have died before telling.
    await deps.mail(effect.message.visitorId, eventOf(effect.message, settled));
    return true;
  };

  return async (effects: readonly DeliveryEffect[]): Promise<readonly DeliveryEffect[]> => {
    const results = await Promise.allSettled(effects.map(deliver));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    return effects.filter((_, index) => {
      const result = results[index];
      return result?.status === 'fulfilled' && !result.value;
    });
  };
};
