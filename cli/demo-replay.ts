import { Command, CommanderError } from 'commander';
import { CommandFailure, type Console, EXIT_USAGE } from './console.ts';
import { printReplay } from './replay/print.ts';
import { REPLAY_SOURCE, replayDemo } from './replay/replay.ts';
import { targetOf } from './service-client.ts';
import { createProgressBar } from './simulate/progress.ts';

/** `npm run demo:replay`: two hours and fifty minutes of a real shop, played into a running service. */
const program = (console: Console): Command =>
  new Command('demo:replay')
    .description(
      'Play three hours of a real shop into the running service, then decide for each of its visitors.',
    )
    .option('--url <url>', 'the service (default: $WEND_URL, else http://127.0.0.1:8787)')
    .option('--key <key>', 'a secret key (default: $WEND_KEY, else sk_local on this machine)')
    .option('--keep-times', 'leave the events in October 2019; else the last one is now')
    .option('--json', 'print JSON, for machines')
    .exitOverride()
    .action(async (options: { url?: string; key?: string; keepTimes?: boolean; json?: boolean }) => {
      const target = targetOf(options, console, 'sk_local');
      const bar = createProgressBar(console);
      console.err(`${REPLAY_SOURCE}\n`);
      try {
        const outcome = await replayDemo({
          target,
          keepTimes: options.keepTimes === true,
          now: Date.now(),
          onProgress: bar.show,
        });
        bar.clear();
        console.out(options.json === true ? `${JSON.stringify(outcome, null, 2)}\n` : printReplay(outcome));
      } finally {
        bar.clear();
      }
    });

const run = async (): Promise<number> => {
  const io: Console = {
    environment: process.env,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    isTerminal: process.stderr.isTTY === true,
  };
  try {
    await program(io).parseAsync(process.argv);
    return 0;
  } catch (error) {
    if (error instanceof CommandFailure) {
      io.err(`${error.message}\n`);
      return error.exitCode;
    }
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    throw error;
  }
};

process.exitCode = await run();
