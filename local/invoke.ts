import type { Handler } from './functions.ts';

/** A function that takes longer has failed, as in the cloud where its timeout ends it. */
const HANDLER_TIMEOUT_MS = 30_000;

/**
 * Calls a function as Lambda does for a queue, a stream or a schedule.
 *
 * @throws what the function throws, or that it did not answer in time
 */
export const invoke = async (handler: Handler, name: string, event: unknown): Promise<unknown> => {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      handler(event, { functionName: name }),
      new Promise((_, reject) => {
        timer = setTimeout(
          () => reject(new Error(`no answer within ${HANDLER_TIMEOUT_MS / 1000} s`)),
          HANDLER_TIMEOUT_MS,
        );
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
};
