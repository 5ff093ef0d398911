import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { SERVICE_VERSION } from '../lib/contracts/version.ts';
import { addArchive } from './archive/commands.ts';
import { type GenerateCodesOptions, generateCodes } from './commands/codes.ts';
import { type CostOptions, cost } from './commands/cost.ts';
import { type DecideOptions, decide } from './commands/decide.ts';
import type { DlqListOptions, DlqRedriveOptions } from './commands/dlq.ts';
import type { DoctorOptions } from './commands/doctor.ts';
import { type CreateKeyOptions, createKey } from './commands/keys.ts';
import { type PublishOptions, publish } from './commands/publish.ts';
import { type SimulateOptions, simulate } from './commands/simulate.ts';
import { validate } from './commands/validate.ts';
import { visitor } from './commands/visitor.ts';
import { CommandFailure, type Console, EXIT_USAGE } from './console.ts';
import { EVENT_FORMATS } from './events/read-events.ts';
import type { TargetOptions } from './service-client.ts';
import { PAGE_EVENTS } from './simulate/run-simulation.ts';

const URL_OPTION = ['--url <url>', 'the service (default: $WEND_URL, else http://127.0.0.1:8787)'] as const;
const KEY_OPTION = [
  '--key <key>',
  'its key (default: $WEND_KEY, else the local key on this machine)',
] as const;
const ENVIRONMENT_OPTION = [
  '--environment <name>',
  'a deployed one, with the AWS credentials and Region of this shell (default: the service on this machine)',
] as const;
const JSON_OPTION = ['--json', 'print JSON, for machines'] as const;

const currency = (text: string): string => {
  if (!/^[A-Z]{3}$/.test(text)) throw new InvalidArgumentError('Expected an ISO 4217 code such as USD.');
  return text;
};

const reason = (text: string): string => {
  if (text.trim() === '') throw new InvalidArgumentError('Expected a reason.');
  return text;
};

const count = (text: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Expected a whole number from 1.');
  return Number(text);
};

const quantity = (text: string): number => {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
};

const collect = (path: string, paths: readonly string[] = []): readonly string[] => [...paths, path];

const addKeys = (wend: Command, console: Console, done: (exitCode: number) => void): void => {
  const keys = wend.command('keys').description('make the keys of a service');
  keys
    .command('create')
    .description('mint a key and print it, this once')
    .option('--kind <kind>', 'publishable, secret or admin')
    .option('--label <text>', 'what people call it')
    .option('--origin <origin>', 'where a browser may use it from; may be repeated', collect)
    .option('--placement <id>', 'what it may ask for; may be repeated', collect)
    .option('--partner <name>', 'its anonymous ids stand for <name>:<id>')
    .option('--first', 'make the admin key of a deployed service that has none, with your AWS credentials')
    .option('--environment <name>', 'the environment that --first is for, such as production')
    .option('--table <name>', 'its log table (default: the one of --environment)')
    .option(...URL_OPTION)
    .option(...KEY_OPTION)
    .option(...JSON_OPTION)
    .action(async (options: CreateKeyOptions) => done(await createKey(options, console)));
};

const wholeNumber = (text: string): number => {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
};

const addCodes = (wend: Command, console: Console, done: (exitCode: number) => void): void => {
  const codes = wend.command('codes').description('make single-use codes of an offer');
  codes
    .command('generate')
    .description("write an offer's codes into a file, one a line; a file that was not finished goes on")
    .argument('<offer>', 'an offer of the published catalog with `codes`')
    .requiredOption('--out <file>', 'where they go')
    .option('--count <number>', 'how many the file shall hold (default: all)', wholeNumber)
    .option('--from <number>', "how many of the offer's codes to leave out (default: none)", wholeNumber)
    .option(...URL_OPTION)
    .option(...KEY_OPTION)
    .action(async (offer: string, options: GenerateCodesOptions) =>
      done(await generateCodes(offer, options, console)),
    );
};

/** All that there is to say to `wend`; it calls `done` with the exit code of what it did. */
export const wendProgram = (console: Console, done: (exitCode: number) => void): Command => {
  const wend = new Command('wend')
    .description('Check, publish and try catalogs of a Wend service; ask it what a visitor gets.')
    .version(SERVICE_VERSION)
    .exitOverride()
    .configureOutput({ writeOut: console.out, writeErr: console.err })
    .showHelpAfterError('(wend --help says what there is)');

  wend
    .command('validate')
    .description("say all that is wrong or doubtful about a catalog's files; exits with 1 for an error")
    .argument('<dir>', 'a directory of .yaml, .yml and .json files, or one file')
    .option(...JSON_OPTION)
    .action(async (dir: string, options: { json?: boolean }) => done(await validate(dir, options, console)));

  wend
    .command('publish')
    .description('make a directory of definitions the catalog that visitors get')
    .argument('<dir>', 'a directory of .yaml, .yml and .json files, or one file')
    .option(...URL_OPTION)
    .option(...KEY_OPTION)
    .option('--if-match <version>', 'publish only over this version')
    .option('--force <reason>', "publish over the lint's errors; the reason is recorded", reason)
    .option(...JSON_OPTION)
    .action(async (dir: string, options: PublishOptions) => done(await publish(dir, options, console)));

  wend
    .command('decide')
    .description('ask what a visitor gets now')
    .requiredOption('--placements <list>', 'such as home.hero,home.grid=4 (room for four items)')
    .option('--anonymous <id>', 'an anonymousId')
    .option('--user <id>', 'a userId')
    .option('--identity-token <jwt>', 'proves the userId where the key is publishable')
    .option('--account <id>', 'an accountId')
    .option('--channel <name>', 'such as web, app, call')
    .option('--cart <file>', 'the cart as JSON or YAML; - reads standard input')
    .option('--context <file>', 'the context as JSON or YAML')
    .option('--event <file>', 'an event that happened just now, as JSON or YAML; may be repeated', collect)
    .option('--explain', 'say of every candidate what became of it')
    .option('--dry-run', 'record nothing')
    .option(...URL_OPTION)
    .option(...KEY_OPTION)
    .option(...JSON_OPTION)
    .action(async (options: DecideOptions) => done(await decide(options, console)));

  wend
    .command('visitor')
    .description('show what is known of a person')
    .argument('<id>', 'user:<userId>, anon:<anonymousId> or a visitor id')
    .option(...URL_OPTION)
    .option(...KEY_OPTION)
    .option(...JSON_OPTION)
    .action(async (id: string, options: TargetOptions & { json?: boolean }) =>
      done(await visitor(id, options, console)),
    );

  addKeys(wend, console, done);
  addCodes(wend, console, done);

  wend
    .command('simulate')
    .description(
      'replay recorded events against a catalog: what would have been shown, and what it would have cost',
    )
    .requiredOption('--catalog <dir>', 'a directory of definitions, or one file')
    .requiredOption(
      '--events <file>',
      'recorded events: CSV with the columns of REES46, or JSONL of Segment calls',
    )
    .addOption(
      new Option('--format <format>', "of the events (default: by the file's name)").choices(EVENT_FORMATS),
    )
    .option('--currency <code>', 'of prices in a CSV (default: USD)', currency)
    .option('--decide-on <names>', `events at which a page asks (default: ${PAGE_EVENTS.join(',')})`)
    .option('--placements <list>', "what it asks for (default: all of the catalog's)")
    .option('--channel <name>', 'the channel of those pages')
    .option('--report <file>', 'write the report as JSON')
    .option(...JSON_OPTION)
    .action(async (options: SimulateOptions) => done(await simulate(options, console)));

  wend
    .command('cost')
    .description(
      'say what decisions and events of a month cost, by service, as counted of the code that runs',
    )
    .requiredOption('--decisions <number>', 'how many decisions', quantity)
    .requiredOption('--events <number>', 'how many events of visitors', quantity)
    .option('--per-request <number>', 'events of one visitor in one request', count, 1)
    .option(...JSON_OPTION)
    .action((options: CostOptions) => done(cost(options, console)));

  const dlq = wend.command('dlq').description('what could not be delivered or done, and was laid aside');
  dlq
    .command('list')
    .description('list the dead-letter queues that hold something; exits with 1 where one does')
    .option(...ENVIRONMENT_OPTION)
    .option('--all', 'list the empty ones too')
    .option(...URL_OPTION)
    .option(...JSON_OPTION)
    .action(async (options: DlqListOptions) => {
      const { dlqList } = await import('./commands/dlq.ts');
      done(await dlqList(options, console));
    });
  dlq
    .command('redrive')
    .description('put the messages of a dead-letter queue back to where they came from')
    .argument('<queue>', 'such as timers-due-failed')
    .option(...ENVIRONMENT_OPTION)
    .option('--limit <messages>', 'at most this many; 1 to try it', count)
    .option(...URL_OPTION)
    .action(async (queue: string, options: DlqRedriveOptions) => {
      const { dlqRedrive } = await import('./commands/dlq.ts');
      done(await dlqRedrive(queue, options, console));
    });

  const shared = { url: URL_OPTION, environment: ENVIRONMENT_OPTION, json: JSON_OPTION };
  addArchive(wend, shared, console, done);

  wend
    .command('doctor')
    .description('say whether a service is well, and where to read on where it is not')
    .option(...ENVIRONMENT_OPTION)
    .option(...URL_OPTION)
    .option(...KEY_OPTION)
    .option(...JSON_OPTION)
    .action(async (options: DoctorOptions) => {
      const { doctor } = await import('./commands/doctor.ts');
      done(await doctor(options, console));
    });

  return wend;
};

/**
 * Runs the command line.
 *
 * @param argv - without the names of node and the script
 * @returns the exit code: 0, 1 for findings, refusals and what can't be reached, 2 for a wrong call
 */
export const runWend = async (argv: readonly string[], console: Console): Promise<number> => {
  let exitCode = 0;
  try {
    await wendProgram(console, (code) => {
      exitCode = code;
    }).parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommandFailure) {
      console.err(`${error.message}\n`);
      return error.exitCode;
    }
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    throw error;
  }
};
