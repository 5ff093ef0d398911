import * as z from 'zod';
import { answerTime as time } from './answer-time.ts';
import { nothing, type RequestContract } from './request-contract.ts';

const MAX_LIMIT = 100;

const name = z.string().trim().min(1, 'expected some text').max(200, 'expected at most 200 characters');

const taskStatusSchema = z.enum(
  ['open', 'claimed', 'escalated', 'done', 'withdrawn'],
  'expected open, claimed, escalated, done or withdrawn',
);

/** The query of `GET /v1/tasks`. */
export const listTasksContract = {
  operationId: 'listTasks',
  params: nothing,
  query: z.strictObject({
    queue: name.exactOptional().describe('Of one queue; absent: of all.'),
    status: taskStatusSchema
      .exactOptional()
      .describe('In one state; absent: all that is to be done, which is open, claimed or escalated.'),
    order: z
      .enum(['oldest', 'newest'], 'expected oldest or newest')
      .exactOptional()
      .describe('Which come first; default oldest.'),
    limit: z
      .string()
      .regex(/^[1-9]\d{0,2}$/, `expected a number from 1 to ${MAX_LIMIT}`)
      .transform(Number)
      .refine((limit) => limit <= MAX_LIMIT, `expected a number from 1 to ${MAX_LIMIT}`)
      .exactOptional()
      .describe(`How many, at most ${MAX_LIMIT}; default 50.`),
    cursor: z.string().min(1).max(1000).exactOptional().describe('`next` of the page before.'),
  }),
  body: nothing,
  unknownFields: 'refused',
} as const satisfies RequestContract;

const params = z.strictObject({ id: z.string().min(1).max(500).describe('The taskId.') });

/** The body of `POST /v1/tasks/{id}/claim`. */
export const claimTaskContract = {
  operationId: 'claimTask',
  bodyOptional: true,
  params,
  query: nothing,
  body: z.strictObject({ by: name.exactOptional().describe('Who takes it, as your desk calls them.') }),
  unknownFields: 'refused',
} as const satisfies RequestContract;

/** The body of `POST /v1/tasks/{id}/done`. */
export const finishTaskContract = {
  operationId: 'finishTask',
  bodyOptional: true,
  params,
  query: nothing,
  body: z.strictObject({
    outcome: name.exactOptional().describe('One of its outcomes, where it has any.'),
  }),
  unknownFields: 'refused',
} as const satisfies RequestContract;

/** The body of `POST /v1/tasks/{id}/escalate`. */
export const escalateTaskContract = {
  operationId: 'escalateTask',
  bodyOptional: true,
  params,
  query: nothing,
  body: z.strictObject({
    reason: z.string().trim().min(1, 'expected some text').max(1000).exactOptional(),
  }),
  unknownFields: 'refused',
} as const satisfies RequestContract;

/** A task as it is answered. */
export const taskAnswerSchema = z.object({
  taskId: z.string(),
  queue: z.string(),
  status: taskStatusSchema,
  summary: z.string(),
  outcomes: z.array(z.string()).describe('How it may end; empty: it just ends.'),
  visitorId: z.string(),
  journeyId: z.string().nullable().describe('Null where an order waits for it.'),
  stepId: z.string().nullable(),
  orderId: z.string().optional().describe('The order that waits for its approval.'),
  approver: z.string().optional().describe('Whom it is addressed to, as the account names them.'),
  openedAt: time,
  dueAt: time.nullable().describe('When nobody waits for it any longer.'),
  claimedBy: z.string().nullable(),
  claimedAt: time.nullable(),
  escalatedAt: time.nullable(),
  escalationReason: z.string().nullable(),
  outcome: z.string().nullable(),
  finishedAt: time.nullable(),
});

export const tasksAnswerSchema = z.object({
  tasks: z.array(taskAnswerSchema),
  next: z.string().nullable().describe('The cursor of the next page; null: this is the last.'),
});
