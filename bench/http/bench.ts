import { Agent, request } from 'node:http';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type LocalServiceThread, startLocalService } from '../../local/service-thread.ts';
import { row, shown, type Timing, timingOf } from '../timing.ts';

/**
 * Decide over HTTP on loopback with the embedded store, beside a handler behind the same gateway that only reads
 * what decide reads: by the SDK's client, as anybody would, and by decide's lean read. They take turns, so that a slower moment of the machine slows both.
 */

const visitors = 20;
/** Rounds go on for so long, milliseconds, and at least so many. */
const lasting = 25_000;
const fewest = 4;
/** Rounds before that, in which the code gets warm. */
const warmUps = 5;
const oneByOne = 50;
const together = 100;
const concurrency = 16;

const lines = Array.from({ length: 5 }, (_, index) => ({
  id: `l${index}`,
  sku: `SKU-${index}`,
  category: index % 2 === 0 ? 'makeup.lipstick' : 'electronics.audio',
  quantity: 1 + index,
  unitPrice: 1299 + index,
}));

const bodyOf = (visitor: number, { channel, dryRun }: Contestant): string =>
  JSON.stringify({
    anonymousId: `bench-${visitor}`,
    channel,
    placements: ['home.hero', { id: 'home.grid', limit: 4 }, 'cart.banner'],
    cart: { id: 'c', currency: 'USD', shipping: 499, lines },
    context: { locale: 'en-GB', timezone: 'Europe/London', page: { path: '/' } },
    options: { dryRun },
  });

interface Target {
  readonly service: LocalServiceThread;
  readonly agent: Agent;
}

const post = ({ service, agent }: Target, path: string, body: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const start = performance.now();
    const headers = {
      authorization: 'Bearer sk_local',
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const sent = request(`${service.url}${path}`, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve((performance.now() - start) * 1000);
        else reject(new Error(`${path} was answered ${response.statusCode}`));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });

/** Visitors with a history, the same for each service. */
const fill = async (target: Target): Promise<void> => {
  for (let visitor = 0; visitor < visitors; visitor++) {
    const batch = Array.from({ length: 12 }, (_, index) => ({
      type: 'track',
      anonymousId: `bench-${visitor}`,
      messageId: `m-${visitor}-${index}`,
      event: index % 4 === 3 ? 'Experience Viewed' : 'Product Viewed',
      properties: { category: 'makeup.lipstick', product_id: `p-${index}`, experienceId: 'hero-lipstick' },
    }));
    await post(target, '/v1/batch', JSON.stringify({ batch }));
  }
  await post(target, '/_local/clock', JSON.stringify({ advance: 'PT0S' }));
};

/** One way of being asked, and what came of it. */
interface Contestant {
  readonly name: string;
  readonly target: Target;
  readonly channel: 'web' | 'lean';
  readonly dryRun: boolean;
  readonly latencies: number[];
  /** Requests per second of each round. */
  readonly rates: number[];
}

const play = async (contestant: Contestant, counts: boolean): Promise<void> => {
  const { target, latencies, rates } = contestant;
  for (let index = 0; index < oneByOne; index++) {
    const taken = await post(target, '/v1/decide', bodyOf(index % visitors, contestant));
    if (counts) latencies.push(taken);
  }
  const start = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < together) await post(target, '/v1/decide', bodyOf(next++ % visitors, contestant));
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  if (counts) rates.push((together * 1000) / (performance.now() - start));
};

const report = (contestants: readonly Contestant[]): string => {
  const [bare, lean] = contestants;
  const results = contestants.map((contestant) => ({
    contestant,
    timing: timingOf(contestant.latencies),
    rate: timingOf(contestant.rates).p50,
  }));
  const against = ({ p50 }: Timing, base: Contestant | undefined): string =>
    `${(p50 / timingOf(base?.latencies ?? []).p50).toFixed(2)}×`;
  return [
    `**HTTP on loopback** with the embedded store (dynoxide in memory), shipped catalog, three placements, cart of ${lines.length} lines.`,
    `µs for one request, one by one; requests per second with ${concurrency} at a time; Node ${process.version}. The store and the client share the machine with the service.`,
    '',
    row(['', 'p50', 'p99', 'p50 against the SDK’s read', 'against the lean read', 'requests/s']),
    row(['---', '---:', '---:', '---:', '---:', '---:']),
    ...results.map(({ contestant, timing, rate }) =>
      row([
        contestant.name,
        shown(timing.p50),
        shown(timing.p99),
        against(timing, bare),
        against(timing, lean),
        shown(rate),
      ]),
    ),
  ].join('\n');
};

/** Runs the benchmark, half a minute or so, and gives its table in Markdown. */
export const run = async (): Promise<string> => {
  const functionsDirectory = fileURLToPath(new URL('functions', import.meta.url));
  const targetOf = (service: LocalServiceThread): Target => ({
    service,
    agent: new Agent({ keepAlive: true, maxSockets: concurrency }),
  });
  const services = await Promise.all([startLocalService({ functionsDirectory }), startLocalService()]);
  try {
    const [bare, whole] = [targetOf(services[0]), targetOf(services[1])];
    await fill(bare);
    await fill(whole);
    const entered = [
      {
        name: 'a bare handler that only reads the same, by the SDK',
        target: bare,
        channel: 'web',
        dryRun: true,
      },
      {
        name: 'a bare handler that only reads the same, as decide reads',
        target: bare,
        channel: 'lean',
        dryRun: true,
      },
      { name: '**decide**, dry run', target: whole, channel: 'web', dryRun: true },
      { name: 'decide, with its record written', target: whole, channel: 'web', dryRun: false },
    ] as const;
    const contestants = entered.map(
      (contestant): Contestant => ({ ...contestant, latencies: [], rates: [] }),
    );
    const start = performance.now();
    for (let round = -warmUps; round < fewest || performance.now() - start < lasting; round++) {
      for (const contestant of contestants) await play(contestant, round >= 0);
    }
    for (const { target } of contestants) target.agent.destroy();
    return report(contestants);
  } finally {
    await Promise.all(services.map((service) => service.stop()));
  }
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  console.log(await run());
