import type { ArchiveStream } from '../../contracts/archive.ts';
import type { Replayed } from '../../contracts/bus.ts';
import type { QueueSender } from '../../contracts/queue-sender.ts';
import { type ArchiveSecret, hideVisitorId } from '../../domain/archive/archive-secret.ts';
import { NONCE_BYTES } from '../../domain/archive/cipher.ts';
import { recordOf } from '../../domain/archive/record.ts';
import { partsWithin } from '../../domain/parts-within.ts';
import type { VisitorEvent } from '../../domain/visitor/event.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { AppliedMail } from '../applied-mail.ts';

/** Lines in one message of the queue at most, bytes. */
const MAX_MESSAGE_BYTES = 200_000;

export interface ArchiverDeps {
  /** What people are named by in the environment's archive; read once. */
  readonly secret: () => Promise<ArchiveSecret>;
  readonly stream: ArchiveStream;
  /** Where lines wait that the stream does not take. */
  readonly queues: Pick<QueueSender, 'send'>;
  /** So many random bytes. */
  readonly random: (bytes: number) => Uint8Array;
  readonly logger: Logger;
}

/** What one batch of mail leaves in the archive. */
export interface ArchiveBatch {
  /** Takes note of what took effect. Events that come out of the archive are in `replayed`. */
  readonly take: (mail: AppliedMail, replayed: ReadonlyMap<VisitorEvent, Replayed>) => void;
  /**
   * Archives it; returns once all of it is durable.
   *
   * @throws QueueUnavailable where neither the stream nor the queue took it
   */
  readonly close: () => Promise<void>;
}

/**
 * Archives what visitors' commits applied, a batch of mail at a time: sealed, and in as few requests as can be. A message
 * is taken off the queue only when its events are in the archive, repeats included: whoever died between a commit and
 * this left no other trace. A stream that does not take its lines holds up nobody: they wait in a queue of their own.
 */
export const createArchiver = ({ secret, stream, queues, random, logger }: ArchiverDeps) => {
  const linesOf = (
    names: ArchiveSecret,
    mail: AppliedMail,
    events: readonly VisitorEvent[],
  ): readonly string[] => {
    const nonces = random((events.length + 1) * NONCE_BYTES);
    const nonce = (index: number): Uint8Array =>
      nonces.subarray(index * NONCE_BYTES, (index + 1) * NONCE_BYTES);
    const application = {
      at: mail.at,
      catalogVersion: mail.catalogVersion,
      currency: mail.currency,
      key: mail.sealing.key,
      hidden: hideVisitorId(names, mail.visitorId, nonce(events.length)),
    };
    return events.map((event, index) => recordOf({ home: mail.home, event }, application, nonce(index)));
  };

  const put = async (lines: readonly string[]): Promise<void> => {
    try {
      await stream.put(lines);
    } catch (error) {
      logger.warn('Records were not archived, and wait in their queue.', { count: lines.length }, error);
      await queues.send('archive-records', messagesOf(lines));
    }
  };

  return (): ArchiveBatch => {
    const taken: { readonly mail: AppliedMail; readonly events: readonly VisitorEvent[] }[] = [];
    return {
      take: (mail, replayed) => {
        const applied = new Set(mail.applied);
        const events = mail.events.filter((event) => {
          const from = replayed.get(event);
          return from === undefined || (from === 'lost-key' && applied.has(event));
        });
        if (events.length > 0) taken.push({ mail, events });
      },
      close: async () => {
        if (taken.length === 0) return;
        const names = await secret();
        await put(taken.flatMap(({ mail, events }) => linesOf(names, mail, events)));
      },
    };
  };
};

/** Lines as messages of the queue `archive-records`; each is a string in a list there. */
const messagesOf = (lines: readonly string[]): readonly { readonly lines: readonly string[] }[] =>
  partsWithin(lines, (line) => Buffer.byteLength(line) + 3, { size: MAX_MESSAGE_BYTES }).map((part) => ({
    lines: part,
  }));
