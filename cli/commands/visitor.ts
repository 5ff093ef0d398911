import { stringify } from 'yaml';
import { type Console, printJson } from '../console.ts';
import { askService, expectOk, type TargetOptions, targetOf } from '../service-client.ts';

/** `wend visitor`: what is known of a person. */
export const visitor = async (
  id: string,
  options: TargetOptions & { readonly json?: boolean },
  console: Console,
): Promise<number> => {
  const target = targetOf(options, console, 'sk_local');
  const answer = expectOk(await askService(target, { path: `/v1/visitors/${encodeURIComponent(id)}` }));
  if (options.json === true) printJson(console, answer);
  else console.out(stringify(answer, { lineWidth: 0 }));
  return 0;
};
