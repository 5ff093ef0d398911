import type { IncomingMessage } from 'node:http';

/** What API Gateway takes at most, in bytes. */
export const MAX_BODY_BYTES = 10 * 1024 * 1024;

const isTooLong = (request: IncomingMessage): boolean =>
  Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES;

/**
 * Reads a request's body; undefined when it is larger than 10 MB. The rest of one that is too large is read and
 * dropped, so that the client gets to see the 413 instead of a broken pipe.
 */
export const readBody = (request: IncomingMessage): Promise<Buffer | undefined> =>
  new Promise((resolve, reject) => {
    if (isTooLong(request)) {
      request.resume();
      resolve(undefined);
      return;
    }
    let chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) {
        chunks = [];
        resolve(undefined);
      } else {
        chunks.push(chunk);
      }
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
  });
