import { writeFile } from 'node:fs/promises';
import { compileCatalog } from '../../lib/domain/catalog/compile.ts';
import type { CompiledCatalog } from '../../lib/domain/catalog/compiled.ts';
import { currencyExponent } from '../../lib/domain/money/currency.ts';
import { place, printFindings, readCatalogOrFail, summarise } from '../catalog-report.ts';
import {
  CommandFailure,
  type Console,
  EXIT_USAGE,
  grouped,
  messageOf,
  printJson,
  table,
} from '../console.ts';
import { EVENT_FORMATS, type EventFormat, formatOf } from '../events/read-events.ts';
import { parsePlacements } from '../placements.ts';
import { createProgressBar } from '../simulate/progress.ts';
import type { SimulationFile } from '../simulate/report-schema.ts';
import { PAGE_EVENTS, runSimulation } from '../simulate/run-simulation.ts';

export interface SimulateOptions {
  readonly catalog: string;
  readonly events: string;
  readonly format?: EventFormat;
  readonly currency?: string;
  readonly decideOn?: string;
  readonly placements?: string;
  readonly channel?: string;
  readonly report?: string;
  readonly json?: boolean;
}

const SHOWN_BROKEN_LINES = 10;

/** `wend simulate`: what a catalog would have shown and cost, had it been live while these events happened. */
export const simulate = async (options: SimulateOptions, console: Console): Promise<number> => {
  const { json = false, events } = options;
  const format = options.format ?? formatOf(events);
  if (format === null) {
    throw new CommandFailure(
      `The name ${events} does not tell its format: give --format ${EVENT_FORMATS.join(' or ')}.`,
      EXIT_USAGE,
    );
  }
  const catalog = await compileOrFail(options.catalog, console, json);
  const bar = createProgressBar(console);
  const startedAt = performance.now();
  const result = await runSimulation({
    catalog,
    events,
    format,
    currency: options.currency ?? 'USD',
    decideOn: options.decideOn === undefined ? PAGE_EVENTS : namesIn(options.decideOn),
    placements: options.placements === undefined ? null : parsePlacements(options.placements),
    channel: options.channel ?? null,
    onProgress: bar.show,
  })
    .catch((error: unknown) => {
      throw new CommandFailure(`The events can't be read: ${messageOf(error)}.`, undefined, { cause: error });
    })
    .finally(bar.clear);
  const seconds = (performance.now() - startedAt) / 1000;
  if (options.report !== undefined) await write(options.report, result);
  if (json) printJson(console, result);
  else printReport(result, console);
  reportBroken(result, console);
  console.err(speedOf(result, seconds));
  return 0;
};

/** Of the events that were recorded, and of all that took effect: what decisions showed is events too. */
const speedOf = ({ input, events, decisions }: SimulationFile, seconds: number): string => {
  const applied = events.applied + decisions.impressions;
  const played = `${grouped(input.events)} events and ${grouped(decisions.count)} decisions in ${seconds.toFixed(2)} s`;
  const rate = `${grouped(input.events / seconds)} events/s`;
  return `${played} (${rate}, ${grouped(applied / seconds)}/s with the ${grouped(decisions.impressions)} impressions)\n`;
};

const namesIn = (list: string): readonly string[] =>
  list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

const compileOrFail = async (location: string, console: Console, json: boolean): Promise<CompiledCatalog> => {
  const files = await readCatalogOrFail(location, console, json);
  const { definitions } = files;
  const { catalog, findings } = compileCatalog(definitions, { version: 1, publishedAt: 0, force: true });
  if (catalog !== null) return catalog;
  const placed = place(findings, files, location);
  if (json) printJson(console, { valid: false, definitions: definitions.length, findings: placed });
  else printFindings(console, placed);
  throw new CommandFailure(`The catalog can't be played: ${summarise(definitions.length, findings)}`);
};

const write = async (path: string, result: SimulationFile): Promise<void> => {
  try {
    await writeFile(path, `${JSON.stringify(result, null, 2)}\n`);
  } catch (error) {
    throw new CommandFailure(`The report can't be written: ${messageOf(error)}.`, undefined, {
      cause: error,
    });
  }
};

/** Minor units as people write them: `12.50 USD`. */
const formatMoney = (amount: number, currency: string): string => {
  const exponent = currencyExponent(currency) ?? 2;
  const digits = String(Math.abs(amount)).padStart(exponent + 1, '0');
  const whole = grouped(Number(digits.slice(0, digits.length - exponent)));
  const sign = amount < 0 ? '-' : '';
  return `${sign}${whole}${exponent === 0 ? '' : `.${digits.slice(-exponent)}`} ${currency}`;
};

const formatAmounts = (amounts: { readonly [currency: string]: number }): string => {
  const parts = Object.entries(amounts).map(([currency, amount]) => formatMoney(amount, currency));
  return parts.length === 0 ? '-' : parts.join(' + ');
};

const printReport = (result: SimulationFile, { out }: Console): void => {
  const { period, events, visitors, carts, orders, decisions, experiences, offers } = result;
  out(period === null ? 'No event took effect.\n' : `${period.from} to ${period.to}\n`);
  out(
    table([
      ['events', grouped(events.applied)],
      ['visitors', grouped(visitors.total)],
      ['carts', grouped(carts)],
      ['orders', grouped(orders.count)],
      ['revenue', formatMoney(orders.revenue, orders.currency)],
      ['decisions', grouped(decisions.count)],
      ['impressions', grouped(decisions.impressions)],
    ]),
  );
  out('\n');
  out(
    table([
      ['experience', 'impressions', 'visitors'],
      ...experiences
        .toSorted((a, b) => b.impressions - a.impressions)
        .flatMap(({ experienceId, impressions, visitors: seenBy, variants }) => [
          [experienceId, grouped(impressions), grouped(seenBy)],
          ...variants.map(({ variant, ...of }) => [
            `  ${variant}`,
            grouped(of.impressions),
            grouped(of.visitors),
          ]),
        ]),
    ]),
  );
  printJourneys(result, out);
  if (offers.length === 0) return;
  out('\n');
  out(
    table([
      ['offer', 'orders', 'cost', 'in carts at decisions', 'promised there'],
      ...offers.map((offer) => [
        offer.offerId,
        grouped(offer.orders.count),
        formatAmounts(offer.orders.cost),
        grouped(offer.decisions.count),
        formatAmounts(offer.decisions.amount),
      ]),
    ]),
  );
};

const printJourneys = ({ journeys, problems, grants }: SimulationFile, out: (text: string) => void): void => {
  if (journeys.length > 0) {
    out('\n');
    out(
      table([
        ['journey', 'entered', 'held out', 'goals', 'goals held out', 'messages', 'dropped'],
        ...journeys.map(({ journeyId, treated, heldOut, messages }) => [
          journeyId,
          grouped(treated.entered),
          grouped(heldOut.entered),
          grouped(treated.goals),
          grouped(heldOut.goals),
          grouped(messages.requested),
          grouped(messages.dropped),
        ]),
      ]),
    );
  }
  if (problems.length > 0) {
    out('\n');
    out(
      table([
        ['problem', 'opened', 'closed'],
        ...problems.map(({ problemId, opened, closed }) => [problemId, grouped(opened), grouped(closed)]),
      ]),
    );
  }
  if (grants.length > 0) {
    out('\n');
    out(
      table([
        ['grants of', 'granted', 'withdrawn'],
        ...grants.map(({ offerId, granted, withdrawn }) => [offerId, grouped(granted), grouped(withdrawn)]),
      ]),
    );
  }
};

const reportBroken = ({ brokenLines: { count, listed } }: SimulationFile, { err }: Console): void => {
  if (count === 0) return;
  err(`${grouped(count)} ${count === 1 ? 'line' : 'lines'} could not be played:\n`);
  for (const { line, message } of listed.slice(0, SHOWN_BROKEN_LINES)) err(`  line ${line}: ${message}\n`);
  if (count > SHOWN_BROKEN_LINES) err(`  and ${grouped(count - SHOWN_BROKEN_LINES)} more\n`);
};
