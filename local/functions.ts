import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { type EventFunction, QUEUES } from '../lib/contracts/queues.ts';
import { ROUTES } from '../lib/contracts/routes.ts';

/** A Lambda function's entry point. */
export type Handler = (event: unknown, context: unknown) => Promise<unknown>;

/** The functions of the service, imported as they are; they see nothing of the local service. */
export interface Functions {
  readonly api: (name: string) => Handler | undefined;
  readonly on: (name: EventFunction) => Handler;
}

const moduleSchema = z.object({
  handler: z.custom<(event: unknown, context: unknown) => unknown>((value) => typeof value === 'function'),
});

const load = async (directory: URL, file: string, generation: number): Promise<Handler> => {
  const imported: unknown = await import(new URL(`${file}?generation=${generation}`, directory).href);
  const { handler } = moduleSchema.parse(imported);
  return async (event, context) => await handler(event, context);
};

/** `functions/` of this repository. */
export const FUNCTIONS_DIRECTORY = new URL('../functions/', import.meta.url);

/** Those that a queue, the stream or a schedule starts. */
const EVENT_FUNCTIONS: readonly EventFunction[] = [
  ...new Set<EventFunction>([...Object.values(QUEUES), 'on-visitors-changed', 'on-sweep-due']),
];

const loadAll = async <Name extends string>(
  names: readonly Name[],
  load: (name: Name) => Promise<Handler>,
): Promise<ReadonlyMap<Name, Handler>> =>
  new Map(await Promise.all(names.map(async (name): Promise<[Name, Handler]> => [name, await load(name)])));

/**
 * Imports every function that a route, a queue, the stream or the sweep names. The environment must be set before.
 *
 * @param directory a folder laid out as `functions/` is
 * @param generation another number gives new instances, which remember nothing, as a cold start does
 */
export const loadFunctions = async (directory: URL | string, generation = 0): Promise<Functions> => {
  const folder =
    typeof directory === 'string'
      ? pathToFileURL(directory.endsWith('/') ? directory : `${directory}/`)
      : directory;
  const [events, api] = await Promise.all([
    loadAll(EVENT_FUNCTIONS, (name) => load(folder, `events/${name}.ts`, generation)),
    loadAll([...new Set(ROUTES.map((route) => route.function))], (name) =>
      load(folder, `api/${name}.ts`, generation),
    ),
  ]);
  const apiByName = new Map<string, Handler>(api);
  return {
    api: (name) => apiByName.get(name),
    on: (name) => {
      const handler = events.get(name);
      if (handler === undefined) {
        throw new Error(`there is no function ${name}`);
      }
      return handler;
    },
  };
};
