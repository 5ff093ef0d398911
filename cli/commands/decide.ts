import { stringify } from 'yaml';
import { CommandFailure, type Console, EXIT_USAGE, printJson } from '../console.ts';
import { readObjectFile } from '../json-object.ts';
import { parsePlacements } from '../placements.ts';
import { askService, expectOk, type TargetOptions, targetOf } from '../service-client.ts';

export interface DecideOptions extends TargetOptions {
  readonly anonymous?: string;
  readonly user?: string;
  readonly identityToken?: string;
  readonly account?: string;
  readonly placements: string;
  readonly channel?: string;
  readonly cart?: string;
  readonly context?: string;
  readonly event?: readonly string[];
  readonly explain?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `wend decide`: what a visitor gets now. */
export const decide = async (options: DecideOptions, console: Console): Promise<number> => {
  const { anonymous, user, identityToken, account, channel, cart, context, event } = options;
  if (anonymous === undefined && user === undefined) {
    throw new CommandFailure('Whom is it about? Give --anonymous or --user.', EXIT_USAGE);
  }
  const target = targetOf(options, console, 'sk_local');
  const events = await Promise.all((event ?? []).map((path) => readObjectFile(path, 'event')));
  const body = {
    ...(anonymous === undefined ? {} : { anonymousId: anonymous }),
    ...(user === undefined ? {} : { userId: user }),
    ...(identityToken === undefined ? {} : { identityToken }),
    ...(account === undefined ? {} : { accountId: account }),
    ...(channel === undefined ? {} : { channel }),
    placements: parsePlacements(options.placements),
    ...(cart === undefined ? {} : { cart: await readObjectFile(cart, 'cart') }),
    ...(context === undefined ? {} : { context: await readObjectFile(context, 'context') }),
    ...(events.length === 0 ? {} : { events }),
    options: { explain: options.explain ?? false, dryRun: options.dryRun ?? false },
  };
  const answer = expectOk(await askService(target, { method: 'POST', path: '/v1/decide', body }));
  if (options.json === true) printJson(console, answer);
  else console.out(stringify(answer, { lineWidth: 0 }));
  return 0;
};
