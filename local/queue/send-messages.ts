import * as z from 'zod';
import type { SentQueue } from '../../lib/contracts/queues.ts';
import { parseJson } from '../json.ts';
import { queueOfUrl } from './address.ts';

/** A message that SQS would take. */
export interface SentMessage {
  readonly body: string;
  readonly delaySeconds: number;
}

/** An error as SQS gives it: its name in the JSON protocol, and that of the older protocol, which some still read. */
export interface SqsError {
  readonly type: string;
  readonly queryCode: string;
  readonly message: string;
}

/** What SQS makes of a SendMessage. */
export type SendVerdict =
  | { readonly kind: 'refused'; readonly error: SqsError }
  | { readonly kind: 'accepted'; readonly queue: SentQueue; readonly message: SentMessage };

/** What SQS makes of a SendMessageBatch: entries fail by themselves. */
export type SendBatchVerdict =
  | { readonly kind: 'refused'; readonly error: SqsError }
  | {
      readonly kind: 'judged';
      readonly queue: SentQueue;
      readonly accepted: readonly { readonly id: string; readonly message: SentMessage }[];
      readonly failed: readonly { readonly id: string; readonly error: SqsError }[];
    };

const MAX_BATCH = 10;
/** Of a message, and of all in a batch (1 MiB since August 2025). */
const MAX_BYTES = 1_048_576;
const MAX_DELAY_SECONDS = 900;
const BATCH_ID = /^[A-Za-z0-9_-]{1,80}$/;
/** What XML 1.0 can't hold; SQS refuses it to this day. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;

const error = (type: string, message: string, queryCode = type): SqsError => ({ type, queryCode, message });

const batchError = (name: string, message: string): SqsError =>
  error(name, message, `AWS.SimpleQueueService.${name}`);

const UNREADABLE = error('SerializationException', 'The request body is not what the operation takes.');
const NO_SUCH_QUEUE = error(
  'QueueDoesNotExist',
  'The specified queue does not exist.',
  'AWS.SimpleQueueService.NonExistentQueue',
);

const messageSchema = z.object({
  MessageBody: z.string().nullish(),
  DelaySeconds: z.number().int().nullish(),
});
const sendSchema = messageSchema.extend({ QueueUrl: z.string() });
const sendBatchSchema = z.object({
  QueueUrl: z.string(),
  Entries: z.array(messageSchema.extend({ Id: z.string() })),
});

const judge = (given: z.infer<typeof messageSchema>): SentMessage | SqsError => {
  const { MessageBody: body, DelaySeconds } = given;
  const delaySeconds = DelaySeconds ?? 0;
  if (!body) {
    return error('MissingParameter', 'The request must contain the parameter MessageBody.');
  }
  if (delaySeconds < 0 || delaySeconds > MAX_DELAY_SECONDS) {
    return error(
      'InvalidParameterValue',
      `Value ${delaySeconds} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= ${MAX_DELAY_SECONDS}.`,
    );
  }
  if (Buffer.byteLength(body) > MAX_BYTES) {
    return error(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${MAX_BYTES} bytes.`,
    );
  }
  if (FORBIDDEN.test(body)) {
    return error('InvalidMessageContents', 'Invalid characters were found in the message body.');
  }
  return { body, delaySeconds };
};

const parse = <T>(schema: z.ZodType<T>, body: string): T | undefined => {
  const json = parseJson(body);
  return json.ok ? schema.safeParse(json.value).data : undefined;
};

const refused = (why: SqsError) => ({ kind: 'refused', error: why }) as const;

/** Judges the body of a SendMessage. */
export const judgeSendMessage = (body: string): SendVerdict => {
  const request = parse(sendSchema, body);
  if (request === undefined) {
    return refused(UNREADABLE);
  }
  const queue = queueOfUrl(request.QueueUrl);
  if (queue === undefined) {
    return refused(NO_SUCH_QUEUE);
  }
  const message = judge(request);
  return 'type' in message ? refused(message) : { kind: 'accepted', queue, message };
};

type Entries = z.infer<typeof sendBatchSchema>['Entries'];

const wrongWithBatch = (entries: Entries): SqsError | undefined => {
  if (entries.length === 0) {
    return batchError(
      'EmptyBatchRequest',
      'There should be at least one SendMessageBatchRequestEntry in the request.',
    );
  }
  if (entries.length > MAX_BATCH) {
    return batchError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${MAX_BATCH}. You have sent ${entries.length}.`,
    );
  }
  if (entries.some(({ Id }) => !BATCH_ID.test(Id))) {
    return batchError(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    );
  }
  const repeated = entries.find(({ Id }, index) => entries.findIndex((other) => other.Id === Id) < index);
  if (repeated !== undefined) {
    return batchError('BatchEntryIdsNotDistinct', `Id ${repeated.Id} repeated.`);
  }
  const bytes = entries.reduce((sum, { MessageBody }) => sum + Buffer.byteLength(MessageBody ?? ''), 0);
  return bytes > MAX_BYTES
    ? batchError(
        'BatchRequestTooLong',
        `Batch requests cannot be longer than ${MAX_BYTES} bytes. You have sent ${bytes} bytes.`,
      )
    : undefined;
};

/** Judges the body of a SendMessageBatch. */
export const judgeSendMessageBatch = (body: string): SendBatchVerdict => {
  const request = parse(sendBatchSchema, body);
  if (request === undefined) {
    return refused(UNREADABLE);
  }
  const queue = queueOfUrl(request.QueueUrl);
  if (queue === undefined) {
    return refused(NO_SUCH_QUEUE);
  }
  const wrong = wrongWithBatch(request.Entries);
  if (wrong !== undefined) {
    return refused(wrong);
  }
  const judged = request.Entries.map((entry) => ({ id: entry.Id, verdict: judge(entry) }));
  return {
    kind: 'judged',
    queue,
    accepted: judged.flatMap(({ id, verdict }) => ('type' in verdict ? [] : [{ id, message: verdict }])),
    failed: judged.flatMap(({ id, verdict }) => ('type' in verdict ? [{ id, error: verdict }] : [])),
  };
};
