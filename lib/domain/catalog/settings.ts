import { type Duration, parseDuration } from '../time/duration.ts';
import type { SettingsDefinition } from './definition.ts';
import type { Percent } from './primitives.ts';

/** The settings in force: what the catalog says, and the default of all that it leaves out. */
export interface Settings {
  /** ISO 4217; statistics and amounts without a currency of their own are in it. */
  readonly currency: string;
  /** IANA zone of visitors whose own is unknown. */
  readonly timezone: string;
  readonly quietHours: { readonly from: string; readonly to: string } | null;
  /** Messages per person, over all channels. */
  readonly messageLimit: { readonly max: number; readonly per: Duration } | null;
  /** Percent of people from whom journeys, experiences and automatic offers are withheld for good. */
  readonly globalHoldout: Percent;
  /** An event older than this updates the profile but starts nothing. */
  readonly lateEvents: Duration;
  readonly anonymousRetention: Duration;
  /** Traits that members of a household may see of each other. */
  readonly sharedTraits: readonly string[];
  readonly effort: { readonly [eventName: string]: number };
  /** Names of events that are also put on the bus one by one. */
  readonly publish: readonly string[];
}

const days = (count: number): Duration => ({
  text: `P${count}D`,
  years: 0,
  months: 0,
  days: count,
  milliseconds: 0,
});

/** The settings of a catalog that says nothing of them. */
const DEFAULT_SETTINGS: Settings = {
  currency: 'EUR',
  timezone: 'UTC',
  quietHours: null,
  messageLimit: null,
  globalHoldout: 0,
  lateEvents: days(3),
  anonymousRetention: days(30),
  sharedTraits: [],
  effort: {},
  publish: [],
};

/** Fills in what a catalog's settings leave out; without any, the defaults. */
export const resolveSettings = (definition: SettingsDefinition | undefined): Settings => {
  if (definition === undefined) return DEFAULT_SETTINGS;
  const { messageLimit } = definition;
  const per = messageLimit === undefined ? null : parseDuration(messageLimit.per);
  return {
    currency: definition.currency ?? DEFAULT_SETTINGS.currency,
    timezone: definition.timezone ?? DEFAULT_SETTINGS.timezone,
    quietHours: definition.quietHours ?? null,
    messageLimit: messageLimit === undefined || per === null ? null : { max: messageLimit.max, per },
    globalHoldout: definition.globalHoldout ?? DEFAULT_SETTINGS.globalHoldout,
    lateEvents: parseDuration(definition.lateEvents ?? '') ?? DEFAULT_SETTINGS.lateEvents,
    anonymousRetention:
      parseDuration(definition.anonymousRetention ?? '') ?? DEFAULT_SETTINGS.anonymousRetention,
    sharedTraits: definition.household?.share ?? [],
    effort: definition.effort ?? {},
    publish: definition.publish ?? [],
  };
};
