import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { ROUTES } from '../lib/contracts/routes.ts';

/** A Lambda function's entry point. */
export type Handler = (event: unknown, context: unknown) => Promise<unknown>;

/** The functions of the service, imported as they are; they see nothing of the local service. */
export interface Functions {
  readonly api: (name: string) => Handler | undefined;
  readonly onEventsReceived: Handler;
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

/**
 * Imports every function that a route names, and the consumer of the queue. The environment must be set before.
 *
 * @param directory a folder laid out as `functions/` is
 * @param generation another number gives new instances, which remember nothing, as a cold start does
 */
export const loadFunctions = async (directory: URL | string, generation = 0): Promise<Functions> => {
  const folder =
    typeof directory === 'string'
      ? pathToFileURL(directory.endsWith('/') ? directory : `${directory}/`)
      : directory;
  const names = [...new Set(ROUTES.map((route) => route.function))];
  const [onEventsReceived, ...handlers] = await Promise.all([
    load(folder, 'events/on-events-received.ts', generation),
    ...names.map((name) => load(folder, `api/${name}.ts`, generation)),
  ]);
  const api = new Map<string, Handler | undefined>(names.map((name, index) => [name, handlers[index]]));
  return { api: (name) => api.get(name), onEventsReceived };
};
