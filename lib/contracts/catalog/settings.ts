import * as z from 'zod';
import type { SettingsDefinition } from '../../domain/catalog/definition.ts';
import { currency } from '../currency.ts';
import { clockTime, duration, eventName, id, limit, percent, timeZone, word } from './primitives.ts';

/** Settings of the environment. */
export const settings = z
  .strictObject({
    kind: z.literal('settings'),
    id,
    currency: currency.exactOptional(),
    timezone: timeZone.exactOptional(),
    quietHours: z
      .strictObject({ from: clockTime, to: clockTime })
      .refine((hours) => hours.from !== hours.to, {
        error: 'expected an end that differs from the start',
        path: ['to'],
      })
      .exactOptional(),
    // As many as are remembered of one person (`MAX_TIMES` in `lib/domain/journey`): a larger limit would hold nobody back.
    messageLimit: limit(100).exactOptional(),
    globalHoldout: percent.exactOptional(),
    lateEvents: duration.exactOptional(),
    anonymousRetention: duration.exactOptional(),
    household: z.strictObject({ share: z.array(word).max(50, 'expected at most 50 traits') }).exactOptional(),
    effort: z
      .record(
        eventName,
        z.number().min(0, 'expected an effort from 0 to 1000').max(1000, 'expected an effort from 0 to 1000'),
      )
      .exactOptional(),
    publish: z.array(eventName).max(200, 'expected at most 200 event names').exactOptional(),
  })
  .meta({
    title: 'settings',
    description: 'Settings of the environment; at most one',
  }) satisfies z.ZodType<SettingsDefinition>;
