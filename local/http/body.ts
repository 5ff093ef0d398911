import type { IncomingMessage } from 'node:http';

/** What API Gateway takes at most, in bytes. */
export const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** So much of a body that is too large is still read. */
const MAX_DROPPED_BYTES = 10 * MAX_BODY_BYTES;

/**
 * Reads a request's body; undefined when it is larger than 10 MB. What is too large is read to its end and dropped,
 * within reason: a client that is cut off while it still sends sees a broken pipe and not the 413.
 */
export const readBody = (request: IncomingMessage): Promise<Buffer | undefined> =>
  new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) {
        chunks.push(chunk);
        return;
      }
      chunks = [];
      if (size > MAX_DROPPED_BYTES) {
        resolve(undefined);
        request.destroy();
      }
    });
    request.on('end', () => resolve(size > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks)));
    request.on('error', reject);
  });
