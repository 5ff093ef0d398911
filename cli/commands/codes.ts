import { type FileHandle, open, readFile } from 'node:fs/promises';
import { codesAnswerSchema } from '../../lib/contracts/http/codes.ts';
import { CommandFailure, type Console, grouped, messageOf } from '../console.ts';
import { askService, expectOk, type Target, type TargetOptions, targetOf } from '../service-client.ts';
import { createProgressBar } from '../simulate/progress.ts';

export interface GenerateCodesOptions extends TargetOptions {
  /** Where the codes go, one a line. */
  readonly out: string;
  /** How many the file shall hold; absent: all that the offer has. */
  readonly count?: number;
  /** How many of the offer's codes to leave out. */
  readonly from?: number;
}

/** Codes in one request. */
const PAGE = 5000;

const pageOf = async (target: Target, offer: string, from: number, count: number) => {
  const path = `/v1/offers/${encodeURIComponent(offer)}/codes`;
  const answer = await askService(target, { method: 'POST', path, body: { from, count } });
  return codesAnswerSchema.parse(expectOk(answer));
};

/** The codes that a file holds already; what was being written when somebody stopped it is left out. */
const linesIn = async (file: string): Promise<readonly string[]> => {
  try {
    return (await readFile(file, 'utf8')).split('\n').slice(0, -1);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new CommandFailure(`The file ${file} can't be read: ${messageOf(error)}.`);
  }
};

/** Nobody's list is written over: a file goes on where it stopped, if it is one of this offer's codes. */
const checkBeginning = async (
  lines: readonly string[],
  codeAt: (place: number) => Promise<string | undefined>,
  file: string,
): Promise<void> => {
  const places = lines.length === 0 ? [] : [0, lines.length - 1];
  for (const place of places) {
    if (lines[place] === (await codeAt(place))) continue;
    throw new CommandFailure(`${file} holds something else than these codes: give --out another name.`);
  }
};

/** Opens a file to write on after its complete lines. */
const openAfter = async (file: string, bytes: number): Promise<FileHandle> => {
  try {
    const handle = await open(file, bytes === 0 ? 'w' : 'r+');
    await handle.truncate(bytes);
    return handle;
  } catch (error) {
    throw new CommandFailure(`The file ${file} can't be written: ${messageOf(error)}.`);
  }
};

/** As they stand in a file. */
const textOf = (codes: readonly string[]): string => codes.map((code) => `${code}\n`).join('');

/**
 * `wend codes generate`: writes an offer's single-use codes into a file, one a line. They are the same each time, so
 * that a list that was stopped goes on, and one that was lost can be written again.
 */
export const generateCodes = async (
  offer: string,
  options: GenerateCodesOptions,
  console: Console,
): Promise<number> => {
  const { out: file, from = 0 } = options;
  const target = targetOf(options, console, 'ak_local');
  const pageAt = (place: number, count: number) => pageOf(target, offer, from + place, count);
  const { total } = await pageAt(0, 1);
  const wanted = options.count ?? Math.max(0, total - from);
  if (from + wanted > total) {
    const has = `The offer ${offer} has ${grouped(total)} codes`;
    throw new CommandFailure(`${has}: raise its codes.count and publish it, or ask for fewer.`);
  }
  const before = await linesIn(file);
  await checkBeginning(before, async (place) => (await pageAt(place, 1)).codes[0], file);
  const bar = createProgressBar(console);
  let end = Buffer.byteLength(textOf(before));
  const handle = await openAfter(file, end);
  try {
    for (let done = before.length; done < wanted; ) {
      const { codes } = await pageAt(done, Math.min(PAGE, wanted - done));
      if (codes.length === 0) throw new CommandFailure(`${offer} has fewer codes now; ${file} has ${done}.`);
      end += (await handle.write(textOf(codes), end)).bytesWritten;
      done += codes.length;
      bar.show('Codes', done / wanted);
    }
  } finally {
    bar.clear();
    await handle.close();
  }
  const known = before.length === 0 ? '' : `, ${grouped(before.length)} of them from before`;
  console.out(`${file}: ${grouped(Math.max(wanted, before.length))} codes of ${offer}${known}\n`);
  return 0;
};
