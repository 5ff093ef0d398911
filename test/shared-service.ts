import { type LocalServiceThread, startLocalService } from '../local/service-thread.ts';

/** Of this process; it ends with it. */
let started: Promise<LocalServiceThread> | undefined;

/**
 * A local service without a catalog, as on its first day. The test files that run one after the other in a process
 * share it, since a start costs more than most of them: it is theirs until the next one asks.
 *
 * @returns its address
 */
export const serviceAsNew = async (): Promise<string> => {
  if (started === undefined) {
    started = startLocalService({ catalog: null });
    return (await started).url;
  }
  const { url } = await started;
  const { status } = await fetch(`${url}/_local/reset`, { method: 'POST' });
  if (status !== 200) throw new Error(`the shared service can't be reset: ${status}`);
  return url;
};
