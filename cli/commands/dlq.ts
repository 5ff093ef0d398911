import { QUEUES } from '../../lib/contracts/queues.ts';
import { CommandFailure, type Console, EXIT_USAGE, grouped, printJson, table } from '../console.ts';
import type { HouseOptions } from '../local-aws.ts';
import { withLaidAside } from '../queues.ts';

export interface DlqListOptions extends HouseOptions {
  readonly all?: boolean;
  readonly json?: boolean;
}

export interface DlqRedriveOptions extends HouseOptions {
  readonly limit?: number;
}

/** Where messages of a dead-letter queue came from; null where they can't simply be put back. */
const sourceOf = (name: string): string | null => {
  const source = name.replace(/-(?:failed|undelivered)$/, '');
  return Object.hasOwn(QUEUES, source) ? source : null;
};

/** The paragraph of the runbook about a dead-letter queue. */
export const paragraphOf = (name: string): string => {
  const [, source = '', end = ''] = /^(.*)-(failed|undelivered|abandoned)$/.exec(name) ?? [];
  return `docs/runbook.md#${end}-${source}`;
};

/** `wend dlq list`: what was laid aside, and where to read about it. Exits with 1 where something was. */
export const dlqList = async (options: DlqListOptions, console: Console): Promise<number> => {
  const queues = await withLaidAside(options, console, (laidAside) => laidAside.list());
  if (queues.length === 0) {
    throw new CommandFailure(`There are no queues of an environment '${options.environment ?? ''}' here.`);
  }
  const filled = queues.filter(({ messages }) => messages > 0);
  if (options.json === true) printJson(console, options.all === true ? queues : filled);
  else if (filled.length === 0 && options.all !== true) console.out('Nothing was laid aside.\n');
  else {
    const shown = options.all === true ? queues : filled;
    console.out(
      table([
        ['queue', 'messages', 'what to do'],
        ...shown.map(({ name, messages }) => [name, grouped(messages), paragraphOf(name)]),
      ]),
    );
  }
  return filled.length === 0 ? 0 : 1;
};

/** `wend dlq redrive <queue>`: puts what was laid aside back to where it came from. */
export const dlqRedrive = async (
  name: string,
  options: DlqRedriveOptions,
  console: Console,
): Promise<number> => {
  const source = sourceOf(name);
  return withLaidAside(options, console, async (laidAside) => {
    const queue = (await laidAside.list()).find((each) => each.name === name);
    if (queue === undefined) {
      throw new CommandFailure(
        `There is no queue '${name}'; \`wend dlq list --all\` names them.`,
        EXIT_USAGE,
      );
    }
    if (source === null) {
      throw new CommandFailure(
        `What lies in '${name}' came from no queue: ${paragraphOf(name)} says what to do.`,
        EXIT_USAGE,
      );
    }
    // What fails again while this runs shall not go round.
    const moved = await laidAside.redrive(
      name,
      source,
      Math.min(options.limit ?? queue.messages, queue.messages),
    );
    console.out(
      `Put ${grouped(moved)} of ${grouped(queue.messages)} messages of ${name} back into ${source}.\n`,
    );
    return 0;
  });
};
