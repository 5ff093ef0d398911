import * as z from 'zod';
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import type { EventContext, EventType, VisitorEvent } from '../../domain/visitor/event.ts';
import { commerceErrors } from './commerce-properties.ts';
import { type FieldError, fieldErrors, MAX_FIELD_ERRORS } from './field-error.ts';
import { cleanJson } from './json-safety.ts';
import { EVENT_SCHEMAS, eventTypeSchema, timeOf } from './tracking-schemas.ts';

/** Largest event, as compact JSON in UTF-8. */
const MAX_EVENT_BYTES = 32 * 1024;

/** How far ahead of the service's clock an event may lie, milliseconds. */
const MAX_AHEAD = 24 * 60 * 60 * 1000;

/** A sender's clock that is off by no more than this is taken as right: the time on the way is in it. */
const TOLERATED_SKEW = 5000;

/** The year 1: RFC 3339 can't say what a correction would put before it. */
const FIRST_TIME = Date.parse('0001-01-01T00:00:00Z');

/** Longest language tag, time zone name or purpose that is kept, in characters. */
const MAX_CONTEXT_TEXT = 100;

/** Most purposes of consent that one event may set. */
const MAX_PURPOSES = 100;

/** What an event falls back on where it is silent: the fields of its batch, or the ids of a decide request. */
export interface EventDefaults {
  readonly userId?: string | undefined;
  readonly anonymousId?: string | undefined;
  readonly timestamp?: string | undefined;
  readonly sentAt?: string | undefined;
  readonly context?: JsonObject | undefined;
}

export interface ReadingOptions {
  /** When the request arrived by the service's clock, milliseconds since 1970. */
  readonly receivedAt: number;
  /** A new unique messageId. */
  readonly newId: () => string;
}

/** An event that keeps its contract. What it says about who it is from is not proven yet. */
export interface TrackingEvent {
  /** Its place in the batch. */
  readonly index: number;
  readonly event: VisitorEvent;
  /** `context.identityToken`, not verified. */
  readonly identityToken: string | null;
}

/** What was read of one event. */
export type EventRead =
  | { readonly ok: true; readonly event: VisitorEvent; readonly identityToken: string | null }
  | { readonly ok: false; readonly messageId: string | null; readonly errors: readonly FieldError[] };

const parsers = {
  track: z.compile(EVENT_SCHEMAS.track),
  identify: z.compile(EVENT_SCHEMAS.identify),
  page: z.compile(EVENT_SCHEMAS.page),
  screen: z.compile(EVENT_SCHEMAS.screen),
  group: z.compile(EVENT_SCHEMAS.group),
  alias: z.compile(EVENT_SCHEMAS.alias),
} as const;

/** The fields of any call, as far as the call has them. */
interface AnyCall {
  readonly messageId?: string | null | undefined;
  readonly userId?: string | number | null | undefined;
  readonly anonymousId?: string | number | null | undefined;
  readonly previousId?: string | number | null | undefined;
  readonly groupId?: string | number | null | undefined;
  readonly timestamp?: string | null | undefined;
  readonly originalTimestamp?: string | null | undefined;
  readonly sentAt?: string | null | undefined;
  readonly event?: string;
  readonly name?: string | null | undefined;
  readonly category?: string | null | undefined;
  readonly properties?: JsonObject | null | undefined;
  readonly traits?: JsonObject | null | undefined;
  readonly context?: JsonObject | null | undefined;
}

const present = (text: string | null | undefined): string | undefined =>
  text === null || text === '' ? undefined : text;

const idOf = (id: string | number | null | undefined): string | undefined =>
  typeof id === 'number' ? String(id) : present(id);

const tooLargeError: FieldError = {
  path: '',
  message: `expected an event of at most ${MAX_EVENT_BYTES} bytes`,
};

const isTooLarge = (value: unknown): boolean => {
  const text = JSON.stringify(value) ?? '';
  // A UTF-16 code unit is one to three bytes of UTF-8, so most texts need no counting.
  if (text.length > MAX_EVENT_BYTES) return true;
  return text.length * 3 > MAX_EVENT_BYTES && Buffer.byteLength(text, 'utf8') > MAX_EVENT_BYTES;
};

const shortText = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= MAX_CONTEXT_TEXT ? value : undefined;

const consentsOf = (context: JsonObject): EventContext['consents'] => {
  const { consent } = context;
  const preferences = isJsonObject(consent) ? consent.categoryPreferences : undefined;
  if (!isJsonObject(preferences)) return undefined;
  const consents = Object.entries(preferences).flatMap(([purpose, granted]) =>
    typeof granted === 'boolean' && purpose.length <= MAX_CONTEXT_TEXT ? [[purpose, granted] as const] : [],
  );
  return consents.length === 0 ? undefined : Object.fromEntries(consents.slice(0, MAX_PURPOSES));
};

const contextOf = (context: JsonObject): EventContext => {
  const locale = shortText(context.locale);
  const timezone = shortText(context.timezone);
  const consents = consentsOf(context);
  return {
    ...(locale === undefined ? {} : { locale }),
    ...(timezone === undefined ? {} : { timezone }),
    ...(consents === undefined ? {} : { consents }),
  };
};

const nameOf = (type: EventType, call: AnyCall): string => {
  switch (type) {
    case 'track':
      return call.event ?? '';
    case 'page':
      return 'Page Viewed';
    case 'screen':
      return 'Screen Viewed';
    case 'identify':
    case 'group':
    case 'alias':
      return type;
  }
};

const propertiesOf = (type: EventType, call: AnyCall): JsonObject => {
  const properties = call.properties ?? {};
  if (type !== 'page' && type !== 'screen') return properties;
  const name = present(call.name);
  const category = present(call.category);
  return {
    ...(name === undefined ? {} : { name }),
    ...(category === undefined ? {} : { category }),
    ...properties,
  };
};

/**
 * When it happened by the service's clock: where the sender's clock is off by more than what the way takes, the
 * age of the event when it was sent is right all the same (Segment's rule: receivedAt - (sentAt - timestamp)).
 */
const happenedAt = (call: AnyCall, defaults: EventDefaults, receivedAt: number): number => {
  const claimed = timeOf(call.timestamp ?? call.originalTimestamp ?? defaults.timestamp ?? '');
  if (claimed === null) return receivedAt;
  const sent = timeOf(call.sentAt ?? defaults.sentAt ?? '');
  if (sent === null) return claimed;
  return Math.abs(receivedAt - sent) > TOLERATED_SKEW
    ? Math.max(receivedAt - (sent - claimed), FIRST_TIME)
    : claimed;
};

const messageIdIn = (value: unknown): string | null =>
  isJsonObject(value) && typeof value.messageId === 'string' ? value.messageId.slice(0, 255) : null;

interface Ids {
  readonly userId: string | undefined;
  readonly anonymousId: string | undefined;
  readonly previousId: string | undefined;
  readonly groupId: string | undefined;
}

const agree = (id: string | undefined, other: string | undefined): boolean =>
  id === undefined || other === undefined || id === other;

const idsOf = (type: EventType, call: AnyCall, defaults: EventDefaults): Ids => {
  const userId = idOf(call.userId);
  const anonymousId = idOf(call.anonymousId);
  // An event that names somebody else must not be joined to whom the request is about; one that adds the id that
  // the request lacks is a log-in.
  const known =
    agree(userId, defaults.userId) && agree(anonymousId, defaults.anonymousId)
      ? { userId: userId ?? defaults.userId, anonymousId: anonymousId ?? defaults.anonymousId }
      : { userId, anonymousId };
  return {
    ...known,
    previousId: type === 'alias' ? (idOf(call.previousId) ?? known.anonymousId) : undefined,
    groupId: idOf(call.groupId),
  };
};

/** What a schema of one field can't say: that somebody is named, and that it is not from the future. */
const checkAcrossFields = (
  type: EventType,
  ids: Ids,
  at: number,
  receivedAt: number,
): readonly FieldError[] => {
  const errors: FieldError[] = [];
  if (ids.userId === undefined && ids.anonymousId === undefined) {
    errors.push({ path: 'anonymousId', message: 'expected a userId or an anonymousId' });
  }
  if (type === 'alias' && ids.previousId === undefined) {
    errors.push({ path: 'previousId', message: 'expected a previousId or an anonymousId' });
  }
  if (at > receivedAt + MAX_AHEAD) {
    errors.push({ path: 'timestamp', message: 'expected a time at most 24 hours ahead' });
  }
  return errors;
};

const normalise = (
  type: EventType,
  call: AnyCall,
  defaults: EventDefaults,
  options: ReadingOptions,
): EventRead => {
  const { receivedAt } = options;
  const messageId = present(call.messageId);
  const ids = idsOf(type, call, defaults);
  const at = happenedAt(call, defaults, receivedAt);
  const errors = [
    ...checkAcrossFields(type, ids, at, receivedAt),
    ...(type === 'track' ? commerceErrors(call.event ?? '', call.properties ?? {}) : []),
  ];
  if (errors.length > 0)
    return { ok: false, messageId: messageId ?? null, errors: errors.slice(0, MAX_FIELD_ERRORS) };
  const context =
    defaults.context === undefined ? (call.context ?? {}) : { ...defaults.context, ...call.context };
  const event: VisitorEvent = {
    messageId: messageId ?? options.newId(),
    type,
    name: nameOf(type, call),
    at,
    receivedAt,
    ...(ids.userId === undefined ? {} : { userId: ids.userId }),
    ...(ids.anonymousId === undefined ? {} : { anonymousId: ids.anonymousId }),
    ...(ids.previousId === undefined ? {} : { previousId: ids.previousId }),
    ...(ids.groupId === undefined ? {} : { groupId: ids.groupId }),
    properties: propertiesOf(type, call),
    traits: call.traits ?? {},
    context: contextOf(context),
  };
  const { identityToken } = context;
  return { ok: true, event, identityToken: typeof identityToken === 'string' ? identityToken : null };
};

const typeOf = (value: unknown): EventType | null => {
  const type = eventTypeSchema.safeParse(isJsonObject(value) ? value.type : undefined);
  return type.success ? type.data : null;
};

/**
 * Reads one event of a tracking call, a batch or a decide request: bounded in size, cleaned, validated, its clock
 * skew corrected, with what it leaves out filled in. Errors name the path inside the event.
 *
 * @param call - which call it is; `null`: the event's own `type` says
 * @param value - parsed JSON of any shape
 */
export const readEvent = (
  call: EventType | null,
  value: unknown,
  defaults: EventDefaults,
  options: ReadingOptions,
): EventRead => {
  const refused = (errors: readonly FieldError[]): EventRead => ({
    ok: false,
    messageId: messageIdIn(value),
    errors,
  });
  const cleaned = cleanJson(value, 'ignored');
  if (cleaned.errors.length > 0) return refused(cleaned.errors);
  if (!isJsonObject(cleaned.value)) return refused([{ path: '', message: 'expected an object' }]);
  if (isTooLarge(cleaned.value)) return refused([tooLargeError]);
  const type = call ?? typeOf(cleaned.value);
  if (type === null) {
    return refused([{ path: 'type', message: `expected one of ${eventTypeSchema.options.join(', ')}` }]);
  }
  const parsed = parsers[type].safeParse(cleaned.value);
  if (!parsed.success) return refused(fieldErrors(parsed.error.issues));
  return normalise(type, parsed.data, defaults, options);
};
