import { type Console, grouped, printJson, table } from '../console.ts';
import { costOf } from '../cost/cost.ts';
import { PRICES } from '../cost/prices.ts';

export interface CostOptions {
  readonly decisions: number;
  readonly events: number;
  readonly perRequest: number;
  readonly json?: boolean;
}

const dollars = (amount: number): string => `$${amount.toFixed(2)}`;

const sumOf = (amounts: readonly number[]): number => amounts.reduce((all, each) => all + each, 0);

/** `wend cost`: what so many decisions and events cost, by service. */
export const cost = (options: CostOptions, console: Console): number => {
  const { decisions, events, perRequest } = options;
  const lines = costOf({ decisions, events, eventsPerRequest: perRequest });
  const total = {
    decisions: sumOf(lines.map((line) => line.decisions)),
    events: sumOf(lines.map((line) => line.events)),
  };
  const perMillion = {
    decisions: decisions === 0 ? 0 : (total.decisions / decisions) * 1e6,
    events: events === 0 ? 0 : (total.events / events) * 1e6,
  };
  if (options.json === true) {
    const { asOf, region } = PRICES;
    printJson(console, { currency: 'USD', asOf, region, lines, total, perMillion });
    return 0;
  }
  console.out(
    table([
      ['', `${grouped(decisions)} decisions`, `${grouped(events)} events`, 'together'],
      ...lines.map((line) => [
        line.service,
        dollars(line.decisions),
        dollars(line.events),
        dollars(line.decisions + line.events),
      ]),
      ['all', dollars(total.decisions), dollars(total.events), dollars(total.decisions + total.events)],
      ['a million', dollars(perMillion.decisions), dollars(perMillion.events), ''],
    ]),
  );
  console.out(
    `Prices of ${PRICES.asOf} in ${PRICES.region}, from secondary sources; storage and what leaves AWS not counted: docs/cost.md\n`,
  );
  return 0;
};
