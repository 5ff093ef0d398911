import { createArchiveStream, createFirehoseClient } from '../../lib/adapters/firehose/archive-stream.ts';
import { archiveRecordsSchema, NO_ARCHIVE } from '../../lib/contracts/archive.ts';
import { environmentSchema } from '../../lib/contracts/environment.ts';
import { createLogger } from '../../lib/runtime/logger.ts';
import { createConsumer } from '../../lib/service/consume-queue.ts';

const { WEND_ARCHIVE_STREAM: stream } = environmentSchema.parse(process.env);
const archive = stream === undefined ? NO_ARCHIVE : createArchiveStream(createFirehoseClient(), stream);

/** Archives what the stream did not take at once. */
export const handler = createConsumer({
  schema: archiveRecordsSchema,
  handle: ({ lines }) => archive.put(lines),
  logger: createLogger('on-archive-records'),
});
