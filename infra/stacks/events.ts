import { Duration } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { LOG_MESSAGES } from '../../lib/contracts/log-messages.ts';
import { QUEUES, type QueueName, queueVariable } from '../../lib/contracts/queues.ts';
import type { WendConfig } from '../config.ts';
import { BusRule } from '../constructs/bus-rule.ts';
import { allowDeliveries } from '../constructs/deliveries.ts';
import { LogAlarm } from '../constructs/log-alarm.ts';
import { PeriodicRun } from '../constructs/periodic-run.ts';
import { QueueConsumer } from '../constructs/queue-consumer.ts';
import { StreamConsumer } from '../constructs/stream-consumer.ts';
import { Timers } from '../constructs/timers.ts';
import type { WendFunction } from '../constructs/wend-function.ts';
import type { Need } from '../function-definition.ts';
import { FUNCTION_NAMES, FUNCTIONS, type FunctionName } from '../functions.ts';
import { QUEUE_DEFINITIONS, QUEUE_NAMES } from '../queues.ts';

/** How often timers that were lost are looked for. */
const SWEEP = Duration.minutes(5);

export interface EventsProps {
  readonly config: WendConfig;
  readonly bus: EventBus;
  /** The table whose stream says what visitors' commits want of the world. */
  readonly visitors: TableV2;
  readonly functionOf: (name: FunctionName) => WendFunction;
}

/** All that happens while nobody waits for an answer: what starts which function, and which may send to whom. */
export class Events extends Construct {
  readonly #props: EventsProps;
  readonly #queues: Readonly<Record<QueueName, QueueConsumer>>;
  readonly #timers: Timers;

  constructor(scope: Construct, id: string, props: EventsProps) {
    super(scope, id);
    this.#props = props;
    this.#queues = {
      'events-received': this.#queueOf('events-received'),
      'timers-due': this.#queueOf('timers-due'),
      'business-events': this.#queueOf('business-events'),
      'fan-out': this.#queueOf('fan-out'),
      'bus-effects': this.#queueOf('bus-effects'),
      'timer-effects': this.#queueOf('timer-effects'),
      'timeline-effects': this.#queueOf('timeline-effects'),
      'counter-effects': this.#queueOf('counter-effects'),
      'delivery-effects': this.#queueOf('delivery-effects'),
      'follow-effects': this.#queueOf('follow-effects'),
      'pool-effects': this.#queueOf('pool-effects'),
      'task-effects': this.#queueOf('task-effects'),
      'order-effects': this.#queueOf('order-effects'),
    };
    for (const name of QUEUE_NAMES) this.#feedFromBus(name);
    this.#timers = new Timers(this, 'Timers', {
      impact: 'No wait is armed: journeys go on with the visitor’s next event, or with the sweep.',
      to: this.#queues['timers-due'],
    });
    this.#publish();
    this.#sweep();
    this.#watchCircles();
    for (const name of FUNCTION_NAMES) this.#equip(name);
  }

  #queueOf(name: QueueName): QueueConsumer {
    const { config, functionOf } = this.#props;
    const { impact, concurrency } = QUEUE_DEFINITIONS[name];
    return new QueueConsumer(this, name, {
      impact,
      consumer: functionOf(QUEUES[name]),
      maximumConcurrency: config.concurrency[concurrency],
      retain: config.data.retain,
    });
  }

  #feedFromBus(name: QueueName): void {
    const { fromBus } = QUEUE_DEFINITIONS[name];
    if (fromBus === undefined) return;
    new BusRule(this, `${name}-rule`, {
      ...fromBus,
      bus: this.#props.bus,
      to: this.#queues[name],
      retain: this.#props.config.data.retain,
    });
  }

  /** The stream's effects go to a queue per kind. */
  #publish(): void {
    const { config, visitors, functionOf } = this.#props;
    new StreamConsumer(this, 'Publish', {
      impact:
        'Journeys decide and nothing follows: no message is sent, no wait is armed, no agent gets a task.',
      table: visitors,
      consumer: functionOf('on-visitors-changed'),
      parallelization: config.publish.parallelization,
      retain: config.data.retain,
    });
  }

  #sweep(): void {
    new PeriodicRun(this, 'Sweep', {
      impact: 'A wait whose timer was lost lasts until the visitor’s next event.',
      consumer: this.#props.functionOf('on-sweep-due'),
      every: SWEEP,
      retain: this.#props.config.data.retain,
    });
  }

  /** A catalog may be written so that journeys bring each other about without end. */
  #watchCircles(): void {
    const { functionOf } = this.#props;
    new LogAlarm(this, 'Circles', {
      impact:
        'Visitors were in the middle of journeys that brought each other about without end, and were stopped.',
      message: LOG_MESSAGES.journeysStopped,
      functions: [functionOf('on-events-received'), functionOf('on-timers-due')],
      heading: 'Journeys go in circles',
    });
  }

  /** Gives a function its queues, and what else it needs. */
  #equip(name: FunctionName): void {
    const made = this.#props.functionOf(name);
    const { sends, needs = [] } = FUNCTIONS[name];
    for (const queue of sends) made.maySend(this.#queues[queue].queue, queueVariable(queue));
    for (const need of needs) this.#provide(made, need);
  }

  #provide(made: WendFunction, need: Need): void {
    switch (need) {
      case 'schedules':
        this.#timers.armedBy(made);
        return;
      case 'deliveries':
        allowDeliveries(made, this.#props.config.deliveries);
        return;
    }
  }
}
