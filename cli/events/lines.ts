import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip } from 'node:zlib';

/** Some lines of a file, in order, without their line ends. */
export interface LineBlock {
  /** The number of the first of them; a file's first line is 1. */
  readonly first: number;
  readonly lines: readonly string[];
  /** How much of the file has been read, 0 to 1. */
  readonly progress: number;
}

/** Bytes of a step: each is a way to another thread and back. */
const STEP_BYTES = 1 << 18;
const UNPACKING = { chunkSize: STEP_BYTES };

const unpacked = (path: string, raw: Readable): Readable => {
  if (path.endsWith('.br')) return raw.pipe(createBrotliDecompress(UNPACKING));
  if (path.endsWith('.gz')) return raw.pipe(createGunzip(UNPACKING));
  return raw;
};

/**
 * Reads a text file in blocks of lines; `.gz` and `.br` are unpacked on the way. A last line without an end counts,
 * an empty one after the last end does not.
 *
 * @throws what reading and unpacking throw
 */
export async function* readLines(path: string): AsyncGenerator<LineBlock, void, undefined> {
  const { size } = await stat(path);
  const raw = createReadStream(path, { highWaterMark: STEP_BYTES });
  const source = unpacked(path, raw);
  // An error of the file must end the stream that is read, which a pipe does not do by itself.
  raw.on('error', (error) => source.destroy(error));
  const decoder = new TextDecoder('utf-8');
  let first = 1;
  let rest = '';
  for await (const chunk of source) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (lines.length === 0) continue;
    yield { first, lines: lines.map(withoutReturn), progress: size === 0 ? 1 : raw.bytesRead / size };
    first += lines.length;
  }
  rest += decoder.decode();
  if (rest !== '') yield { first, lines: [withoutReturn(rest)], progress: 1 };
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);
