import type { StreamClient, StreamPosition, StreamRecord } from './stream-client.ts';
import { StreamRefusal } from './stream-client.ts';

/** Records that follow one another. */
export interface Page {
  readonly streamArn: string;
  readonly shard: string;
  readonly records: readonly StreamRecord[];
}

/** Walks a table's stream, shard after shard. */
export interface Cursor {
  /** The records that follow those given before; none where there are no more yet. */
  readonly next: () => Promise<Page>;
}

interface Place {
  readonly streamArn: string;
  readonly shard: string;
  readonly iterator: string;
}

/**
 * Begins behind a position, or at the oldest record where there is none or the stream no longer knows it.
 *
 * @param table the table whose stream it is
 */
export const createCursor = (
  client: StreamClient,
  table: string,
  position: () => StreamPosition | undefined,
): Cursor => {
  let place: Place | undefined;

  const at = async (streamArn: string, shard: string, after: string | undefined): Promise<Place> => ({
    streamArn,
    shard,
    iterator: await client.iterator(streamArn, shard, after),
  });

  const begin = async (): Promise<Place> => {
    const streamArn = await client.streamArn(table);
    const [oldest = '', ...younger] = await client.shards(streamArn);
    const known = position();
    if (known === undefined || ![oldest, ...younger].includes(known.shard)) {
      return at(streamArn, oldest, undefined);
    }
    try {
      return await at(streamArn, known.shard, known.sequence);
    } catch (error) {
      if (!(error instanceof StreamRefusal)) throw error;
      return at(streamArn, known.shard, undefined);
    }
  };

  /** Behind a closed shard; undefined while there is no younger one. */
  const beyond = async ({ streamArn, shard }: Place): Promise<Place | undefined> => {
    const shards = await client.shards(streamArn);
    const younger = shards[shards.indexOf(shard) + 1];
    return younger === undefined ? undefined : at(streamArn, younger, undefined);
  };

  return {
    next: async () => {
      place ??= await begin();
      const here = place;
      try {
        const { records, next } = await client.records(here.iterator);
        place = next === null ? ((await beyond(here)) ?? here) : { ...here, iterator: next };
        return { streamArn: here.streamArn, shard: here.shard, records };
      } catch (error) {
        // Iterators expire, and the table may be another one by now: it is looked up anew.
        place = undefined;
        throw error;
      }
    },
  };
};
