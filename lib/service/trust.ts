import type { KeyRecord } from '../contracts/control.ts';
import type { FieldError } from '../contracts/http/field-error.ts';
import type { VisitorEvent } from '../domain/visitor/event.ts';

/** Whose ids a sender may use. */
export interface Sender {
  readonly key: Pick<KeyRecord, 'kind' | 'partner'>;
  /** The userId that an identity token of this event proved; null where none did. */
  readonly provenUserId: string | null;
}

export type Trusted =
  | { readonly ok: true; readonly event: VisitorEvent }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/** What is told a publishable key that names a person without proof. */
export const TOKEN_MISSING = 'With a publishable key a userId needs an identityToken that proves it.';

/** The anonymous id as the key's partner names it. */
export const partnerId = (anonymousId: string, partner: string | undefined): string =>
  partner === undefined ? anonymousId : `${partner}:${anonymousId}`;

/**
 * Takes from an event what its sender may not claim. A server is believed. A publishable key is held by anybody:
 * a userId that no identity token proves is dropped, so that the event can only ever add to the anonymous
 * visitor, and two userIds are never merged.
 */
export const trustIds = (event: VisitorEvent, { key, provenUserId }: Sender): Trusted => {
  if (key.kind !== 'publishable') {
    return { ok: true, event: { ...event, ...privilegesOf(event) } };
  }
  const { userId, anonymousId, previousId, ...rest } = key.partner === undefined ? event : ungranted(event);
  const proven = userId !== undefined && userId === provenUserId;
  if (event.type === 'alias' && !proven) {
    return refused('userId', 'an alias with a publishable key needs an identityToken that proves its userId');
  }
  if (!proven && anonymousId === undefined) {
    return refused('anonymousId', 'expected an anonymousId, or an identityToken that proves the userId');
  }
  return {
    ok: true,
    event: {
      ...rest,
      ...(proven ? { userId } : {}),
      ...(anonymousId === undefined ? {} : { anonymousId: partnerId(anonymousId, key.partner) }),
      ...(previousId === undefined ? {} : { previousId: partnerId(previousId, key.partner) }),
    },
  };
};

/** The purpose under which a partner's page is told of the person behind its visitor. */
export const PARTNER_CONSENT = 'partner';

/** A partner may pass on that its visitor refuses, and not claim that they agreed: that is between them and the shop. */
const ungranted = (event: VisitorEvent): VisitorEvent => {
  const { consents } = event.context;
  if (consents?.[PARTNER_CONSENT] !== true) return event;
  const { [PARTNER_CONSENT]: _, ...others } = consents;
  return { ...event, context: { ...event.context, consents: others } };
};

/** What only a server may do: a browser that names an account must not change it for everybody in it. */
const privilegesOf = ({ type }: VisitorEvent): Pick<VisitorEvent, 'mayMergeUsers' | 'mayChangeAccount'> => {
  if (type === 'alias') return { mayMergeUsers: true };
  return type === 'group' ? { mayChangeAccount: true } : {};
};

const refused = (path: string, message: string): Trusted => ({ ok: false, errors: [{ path, message }] });
