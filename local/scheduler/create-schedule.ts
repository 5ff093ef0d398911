import { Temporal } from 'temporal-polyfill';
import * as z from 'zod';
import { parseJson } from '../json.ts';
import { queueOfArn } from '../queue/address.ts';
import type { NewSchedule } from './agenda.ts';

/** What EventBridge Scheduler makes of a CreateSchedule. */
export type CreateScheduleVerdict =
  | { readonly kind: 'refused'; readonly status: number; readonly type: string; readonly message: string }
  | { readonly kind: 'accepted'; readonly schedule: NewSchedule };

const NAME = /^[0-9a-zA-Z\-_.]{1,64}$/;
const AT = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/;
const MAX_INPUT_BYTES = 262_144;

const requestSchema = z.object({
  GroupName: z.string().nullish(),
  ClientToken: z.string().nullish(),
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string().nullish(),
  FlexibleTimeWindow: z.union([
    z.object({ Mode: z.literal('OFF') }),
    z.object({ Mode: z.literal('FLEXIBLE'), MaximumWindowInMinutes: z.number().int().min(1).max(1440) }),
  ]),
  Target: z.object({ Arn: z.string(), RoleArn: z.string(), Input: z.string().nullish() }),
  ActionAfterCompletion: z.enum(['NONE', 'DELETE']).nullish(),
});

const invalid = (message: string): CreateScheduleVerdict => ({
  kind: 'refused',
  status: 400,
  type: 'ValidationException',
  message,
});

/** The instant of an `at(…)` expression, in whole seconds as there, ms since 1970. */
const instantOf = (expression: string, timezone: string): number | undefined => {
  const local = AT.exec(expression)?.[1];
  if (local === undefined) {
    return undefined;
  }
  try {
    return Temporal.PlainDateTime.from(local, { overflow: 'reject' }).toZonedDateTime(timezone)
      .epochMilliseconds;
  } catch {
    return undefined;
  }
};

/** How a schedule is kept: names are of their group. */
export const fullNameOf = (group: string | null | undefined, name: string): string =>
  `${group ?? 'default'}/${name}`;

/**
 * Judges a CreateSchedule. One-time schedules for the service's own queues are taken; a flexible window is, and the
 * schedule fires at its beginning; an instant of the past is, and fires at once.
 */
export const judgeCreateSchedule = (
  name: string,
  body: string,
  groups: readonly string[],
): CreateScheduleVerdict => {
  const json = parseJson(body);
  const request = json.ok ? requestSchema.safeParse(json.value).data : undefined;
  if (request === undefined) {
    return invalid('The request body is not what CreateSchedule takes.');
  }
  const { GroupName: group, Target: target, ScheduleExpression: expression } = request;
  if (!NAME.test(name)) {
    return invalid(`Value '${name}' at 'name' failed to satisfy constraint: ${NAME.source}`);
  }
  if (!groups.includes(group ?? 'default')) {
    return {
      kind: 'refused',
      status: 404,
      type: 'ResourceNotFoundException',
      message: `Schedule group ${group} does not exist.`,
    };
  }
  const dueAt = instantOf(expression, request.ScheduleExpressionTimezone ?? 'UTC');
  if (dueAt === undefined) {
    return invalid(`Invalid Schedule Expression ${expression}.`);
  }
  const queue = queueOfArn(target.Arn);
  if (queue === undefined) {
    return invalid(`Provided Arn is not in correct format or is no queue of this service: ${target.Arn}.`);
  }
  const input = target.Input ?? '{}';
  if (!parseJson(input).ok || Buffer.byteLength(input) > MAX_INPUT_BYTES) {
    return invalid('Target Input must be JSON of at most 256 KB.');
  }
  return {
    kind: 'accepted',
    schedule: {
      name: fullNameOf(group, name),
      clientToken: request.ClientToken ?? '',
      queue,
      input,
      dueAt,
      keeps: request.ActionAfterCompletion !== 'DELETE',
    },
  };
};
