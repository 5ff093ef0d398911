import { fileURLToPath } from 'node:url';
import { LOCAL_KEYS } from './seed.ts';
import type { LocalServiceOptions } from './service.ts';
import { DEMO_CATALOG, type LocalServiceThread, startServiceThread } from './service-thread.ts';
import { messageOf, StartFailure } from './start-failure.ts';

/** Where Node keeps compiled code: with it a start takes two thirds of the time. */
const COMPILED = fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url));

/** Should a stop hang for a reason that nobody thought of. */
const STOP_LIMIT_MS = 4_600;
/** Two signals so close together are one. */
const SAME_SIGNAL_MS = 500;
const PARENT_LOOK_MS = 200;
const SHOWN_DEAD_LETTERS = 10;
/** A clock set back by hand is off by less. */
const REAL_TIME_MS = 5_000;

const greeting = (service: LocalServiceThread, dataDirectory: string): string => `
Wend runs at ${service.url}

  in browsers and apps   ${LOCAL_KEYS.publishable}
  on servers             ${LOCAL_KEYS.secret}
  operators              ${LOCAL_KEYS.admin}
  data                   ${dataDirectory === 'memory' ? 'kept in memory only' : dataDirectory}

Ask it what a visitor shall see:

  curl -s ${service.url}/v1/decide -H 'authorization: Bearer ${LOCAL_KEYS.publishable}' \\
    -H 'content-type: application/json' -d '{"anonymousId":"a-1","placements":["home.hero"]}'

A first journey is in README.md, whole ones in catalog/recipes. Let two days pass, with all that falls due:

  curl -s ${service.url}/_local/clock -d '{"advance":"P2D"}'

Ctrl-C stops it.
`;

const listDeadLetters = (service: LocalServiceThread): void => {
  const letters = service.deadLetters;
  if (letters.length === 0) {
    return;
  }
  console.error(
    `${letters.length} events could not be applied in earlier runs and are kept as dead letters:`,
  );
  for (const letter of letters.slice(-SHOWN_DEAD_LETTERS)) {
    console.error(
      `  ${letter.messageId}, given up ${new Date(letter.failedAt).toISOString()}: ${letter.reason}`,
    );
  }
};

/** What an earlier run left that a person who starts anew may not think of. */
const listLeftovers = (
  service: LocalServiceThread,
  { catalog, dataDirectory }: LocalServiceOptions,
): void => {
  if (Math.abs(service.clockOffsetMs) > REAL_TIME_MS) {
    const now = new Date(Date.now() + service.clockOffsetMs).toISOString();
    console.error(`The clock stands at ${now}: an earlier run moved it; POST /_local/reset starts anew.`);
  }
  if (service.wasFilled && catalog !== null && catalog !== DEMO_CATALOG) {
    console.error(
      `${catalog} is not loaded: ${dataDirectory} holds a catalog already; \`npx wend publish\` replaces it.`,
    );
  }
};

const fail = (error: unknown): never => {
  console.error(error instanceof StartFailure ? error.message : error);
  process.exit(1);
};

const stopOnSignal = (starting: Promise<LocalServiceThread>): void => {
  let askedAt: number | undefined;
  const stop = (): void => {
    if (askedAt !== undefined) {
      // npm passes on a Ctrl-C that the terminal has already sent us: only a later one means "now".
      if (performance.now() - askedAt > SAME_SIGNAL_MS) {
        process.exit(1);
      }
      return;
    }
    askedAt = performance.now();
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    starting
      .then(async (service) => {
        if (!(await service.stop())) {
          console.error('What was under way did not end in time; the next start takes it up.');
        }
        process.exit(0);
      })
      .catch((error: unknown) => {
        console.error(messageOf(error));
        process.exit(1);
      });
  };
  // npm passes a SIGTERM on to the shell between it and us, and that shell dies without passing it on.
  if (process.env['npm_lifecycle_event'] !== undefined) {
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent && askedAt === undefined) {
        stop();
      }
    }, PARENT_LOOK_MS).unref();
  }
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', stop);
};

/**
 * Runs the local service as a command: says where it runs, what it accepts and what went wrong, stops at Ctrl-C, and
 * ends with 1 and one sentence when it can't run.
 *
 * @param settings reads the options; what it throws is told like any other reason
 */
export const runStartCommand = async (settings: () => LocalServiceOptions): Promise<LocalServiceThread> => {
  try {
    const options = settings();
    const starting = startServiceThread(options, { NODE_COMPILE_CACHE: COMPILED, ...process.env });
    stopOnSignal(starting);
    const service = await starting;
    service.failed
      .then(async (why) => {
        console.error(why);
        await service.stop();
        process.exit(1);
      })
      .catch(fail);
    listDeadLetters(service);
    listLeftovers(service, options);
    console.log(greeting(service, options.dataDirectory));
    return service;
  } catch (error) {
    return fail(error);
  }
};
