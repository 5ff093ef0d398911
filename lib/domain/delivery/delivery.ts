import type { DeliveryEffect } from '../effect/effect.ts';

/**
 * What came of handing a message over. `reason` is a code such as `no-address` or `status-404`, never a person's data.
 */
export type Handover =
  | { readonly outcome: 'delivered' }
  /** For good: another try would end the same. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** For now: it should be tried again later. */
  | { readonly outcome: 'unavailable'; readonly reason: string };

/** Hands messages over on some channels. It never throws: what can happen is a {@link Handover}. */
export interface Deliverer {
  readonly deliver: (effect: DeliveryEffect) => Promise<Handover>;
}

/** How a message ended. */
export interface Settled {
  readonly outcome: 'delivered' | 'refused';
  /** Null where it was delivered. */
  readonly reason: string | null;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What a deliverer learns when it asks for a message. */
export type Claim =
  /** It is this deliverer's to send until the lease ends; `attempt` counts the claims. */
  | { readonly kind: 'claimed'; readonly attempt: number }
  /** Somebody else is sending it, or died doing so and the lease still runs. */
  | { readonly kind: 'held' }
  | { readonly kind: 'settled'; readonly settled: Settled };

/** Names a message, and under whom it is remembered that it was sent. */
export interface MessageName {
  readonly visitorId: string;
  readonly messageId: string;
}

/** Who sends a message, and what came of it: each is sent by one deliverer at a time, and not after it ended. */
export interface DeliveryLog {
  /** Asks for a message; `now` is the service's clock, both in milliseconds. */
  readonly claim: (name: MessageName, now: number, leaseMs: number) => Promise<Claim>;
  /** Says how a claimed message ended; a claim that was taken over meanwhile changes nothing. */
  readonly settle: (name: MessageName, attempt: number, settled: Settled) => Promise<void>;
  /** Gives a claimed message back before the lease ends, to be tried again. */
  readonly release: (name: MessageName, attempt: number) => Promise<void>;
}
