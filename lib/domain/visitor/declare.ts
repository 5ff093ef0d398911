import { isJsonObject, type JsonObject } from '../json.ts';
import type { Stamp } from '../stamp.ts';
import type { VisitorEvent } from './event.ts';
import { REGISTER_BOUNDS, setRegisters } from './registers.ts';
import type { VisitorState } from './state.ts';

/** What a person, or somebody for them, declares: what their registers hold. */
type Declared = {
  -readonly [Field in 'traits' | 'preferences' | 'consents' | 'context']: VisitorState[Field];
};

/** The event by which a provider tells that a person wants no more of a channel, a topic, or anything. */
export const MESSAGE_UNSUBSCRIBED = 'Message Unsubscribed';

/** Withdraws the consent that the message would need: of a channel, of a topic, of a topic on a channel, of all. */
export const unsubscribe = (state: Declared, { properties }: VisitorEvent, stamp: Stamp): void => {
  const named = [properties.channel, properties.topic].filter(
    (word) => typeof word === 'string' && word !== '',
  );
  const purpose = named.length === 0 ? 'messages' : named.join(':');
  if (purpose.length > 200) return;
  state.consents = setRegisters(state.consents, { [purpose]: false }, stamp, REGISTER_BOUNDS.consents);
};

/** The locale, the time zone and the consents that an event carries. */
export const rememberContext = (state: Declared, { context }: VisitorEvent, stamp: Stamp): void => {
  const { locale, timezone, consents } = context;
  if (locale !== undefined || timezone !== undefined) {
    state.context = setRegisters(state.context, { locale, timezone }, stamp, REGISTER_BOUNDS.context);
  }
  if (consents !== undefined) {
    state.consents = setRegisters(state.consents, consents, stamp, REGISTER_BOUNDS.consents);
  }
};

/** The traits of an `identify`, and its preferences apart. */
export const identify = (state: Declared, traits: JsonObject, stamp: Stamp): void => {
  const { preferences, ...others } = traits;
  const separate = isJsonObject(preferences);
  state.traits = setRegisters(state.traits, separate ? others : traits, stamp, REGISTER_BOUNDS.traits);
  if (separate) {
    state.preferences = setRegisters(state.preferences, preferences, stamp, REGISTER_BOUNDS.preferences);
  }
};
