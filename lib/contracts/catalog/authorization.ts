import * as z from 'zod';
import type { AuthorizationDefinition } from '../../domain/catalog/definition.ts';
import { parseDuration } from '../../domain/time/duration.ts';
import { condition, duration, factPath, id } from './primitives.ts';

/** Facts that are not the account's; any other first name is one of its traits. */
const OTHER_FACTS =
  /^(?:visitor|traits|stats|consents|preferences|cart|event|context|channel|line|match|row|now)(?:\.|$)/;

const accountTrait = factPath
  .refine(
    (path) => path !== 'account' && !OTHER_FACTS.test(path),
    "expected the path of one of the account's traits, such as account.departments.limit",
  )
  .meta({ description: "The path of one of the account's traits, such as account.departments.limit" });

/** Of which units a duration is: years and months, days, hours and smaller. */
const unitsOf = (text: string): number => {
  const parsed = parseDuration(text);
  if (parsed === null) return 0;
  return [parsed.years + parsed.months, parsed.days, parsed.milliseconds].filter((units) => units > 0).length;
};

const period = duration.refine(
  (text) => unitsOf(text) <= 1,
  'expected years and months, or weeks and days, or hours and smaller: a period has to begin somewhere',
);

/** What someone may spend for an account. */
export const authorization = z
  .strictObject({
    kind: z.literal('authorization'),
    id,
    limit: accountTrait,
    approver: accountTrait,
    per: period.meta({
      format: 'duration',
      description: 'By the calendar of the settings’ time zone: P1M begins with the first of a month',
    }),
    timeout: duration
      .exactOptional()
      .meta({ description: 'For how long the approver is waited for; default P7D' }),
    where: condition.exactOptional(),
  })
  .meta({
    title: 'authorization',
    description: 'What someone may spend for an account',
  }) satisfies z.ZodType<AuthorizationDefinition>;
