import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { createKeyRequestSchema } from '../../lib/contracts/http/keys.ts';
import { nameOf } from '../../lib/contracts/names.ts';
import { createFirstKey } from '../../lib/service/first-key.ts';
import { CommandFailure, type Console, EXIT_USAGE, messageOf, printJson } from '../console.ts';
import { askService, expectOk, type TargetOptions, targetOf } from '../service-client.ts';

export interface CreateKeyOptions extends TargetOptions {
  readonly first?: boolean;
  readonly environment?: string;
  readonly table?: string;
  readonly kind?: string;
  readonly label?: string;
  readonly origin?: readonly string[];
  readonly placement?: readonly string[];
  readonly partner?: string;
  readonly json?: boolean;
}

/** How soon every running instance knows of a new key, seconds. */
const KNOWN_WITHIN_S = 5;

const answerSchema = z.looseObject({ id: z.string(), key: z.string() });

/** `wend keys create`: mints a key and shows it, this once. The key alone is the output, to be caught by a shell. */
export const createKey = async (options: CreateKeyOptions, console: Console): Promise<number> => {
  const made = options.first === true ? await first(options) : await further(options, console);
  if (options.json === true) printJson(console, made);
  else {
    console.err(
      `Key ${made.id}, known within ${KNOWN_WITHIN_S} s. Keep it: only its hash is stored, and nobody can show it again.\n`,
    );
    console.out(`${made.key}\n`);
  }
  return 0;
};

const further = async (options: CreateKeyOptions, console: Console) => {
  const { kind, label, origin, placement, partner, environment, table } = options;
  if (environment !== undefined || table !== undefined) {
    throw new CommandFailure('--environment and --table go with --first only.', EXIT_USAGE);
  }
  const body = createKeyRequestSchema.safeParse({
    kind,
    ...(label === undefined ? {} : { label }),
    ...(origin === undefined ? {} : { origins: origin }),
    ...(placement === undefined ? {} : { placements: placement }),
    ...(partner === undefined ? {} : { partner }),
  });
  if (!body.success) {
    const [issue] = body.error.issues;
    throw new CommandFailure(`${issue?.path.join('.')}: ${issue?.message}`, EXIT_USAGE);
  }
  const target = targetOf(options, console, 'ak_local');
  const answer = await askService(target, { method: 'POST', path: '/v1/keys', body: body.data });
  return answerSchema.parse(expectOk(answer));
};

const tableOf = ({ environment, table, kind }: CreateKeyOptions): string => {
  if (kind !== undefined && kind !== 'admin') {
    throw new CommandFailure('The first key is an admin key: leave --kind away.', EXIT_USAGE);
  }
  const name = table ?? (environment === undefined ? undefined : nameOf(environment, 'log'));
  if (name === undefined) {
    throw new CommandFailure('--first needs --environment <name>, or --table <name>.', EXIT_USAGE);
  }
  return name;
};

/** By the operator's own AWS credentials, since no key can be shown to an API that knows none. */
const first = async (options: CreateKeyOptions) => {
  const table = tableOf(options);
  // The other commands need no AWS: they shall not wait for its SDK.
  const [{ createDynamoClient }, { createControlStore }] = await Promise.all([
    import('../../lib/adapters/dynamodb/client.ts'),
    import('../../lib/adapters/dynamodb/control-store.ts'),
  ]);
  const store = createControlStore(createDynamoClient(), table);
  try {
    const made = await createFirstKey({ store, now: Date.now, newId: randomUUID });
    if (made !== null) return { ...made, kind: 'admin' };
  } catch (error) {
    throw new CommandFailure(
      `The table ${table} can't be written with these AWS credentials: ${messageOf(error)}`,
      undefined,
      { cause: error },
    );
  }
  throw new CommandFailure(
    `There is an admin key in ${table} already: mint others with it (wend keys create --kind admin).`,
  );
};
