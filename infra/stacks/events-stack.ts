import { CfnOutput, Duration } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { QUEUES, type QueueName, queueVariable } from '../../lib/contracts/queues.ts';
import type { WendConfig } from '../config.ts';
import { BusRule } from '../constructs/bus-rule.ts';
import { allowDeliveries } from '../constructs/deliveries.ts';
import { EventSchemas } from '../constructs/event-schemas.ts';
import { PeriodicRun } from '../constructs/periodic-run.ts';
import { QueueConsumer } from '../constructs/queue-consumer.ts';
import { StreamConsumer } from '../constructs/stream-consumer.ts';
import { Timers } from '../constructs/timers.ts';
import type { WendFunction } from '../constructs/wend-function.ts';
import type { Need } from '../function-definition.ts';
import { FUNCTIONS, type FunctionName } from '../functions.ts';
import { deliveryStreamArn } from '../names.ts';
import { QUEUE_DEFINITIONS, QUEUE_NAMES } from '../queues.ts';
import { FunctionMaker } from './function-maker.ts';
import { HouseStack } from './house-stack.ts';

/** How often timers that were lost are looked for. */
const SWEEP = Duration.minutes(5);

export interface EventsStackProps {
  readonly config: WendConfig;
  readonly bundles: ReadonlyMap<FunctionName, string>;
  /** The stream that says what visitors' commits want of the world. */
  readonly streamArn: string;
}

/** All that happens while nobody waits for an answer: what starts which function, and which may send to whom. */
export class EventsStack extends HouseStack {
  readonly #functions: FunctionMaker;
  readonly #queues: Readonly<Record<QueueName, QueueConsumer>>;
  readonly #timers: Timers;

  constructor(scope: Construct, { config, bundles, streamArn }: EventsStackProps) {
    super(scope, 'events', {
      config,
      description: 'what visitors did, and what follows from it',
      holdsData: true,
    });
    this.#functions = new FunctionMaker(this, { config, bundles, identitySecret: undefined });
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
      'archive-records': this.#queueOf('archive-records'),
    };
    this.#feedFromBus();
    this.#timers = new Timers(this, 'Timers', {
      impact: 'No wait is armed: journeys go on with the visitor’s next event, or with the sweep.',
      name: this.named('timers'),
      to: this.#queues['timers-due'],
    });
    this.#publish(streamArn);
    this.#sweep();
    for (const [name, made] of this.#functions.made) this.#equip(name, made);
  }

  /** The queue of this name, for functions of other stacks that send to it. */
  queue(name: QueueName): Queue {
    return this.#queues[name].queue;
  }

  #queueOf(name: QueueName): QueueConsumer {
    const { impact, concurrency } = QUEUE_DEFINITIONS[name];
    return new QueueConsumer(this, name, {
      impact,
      name: this.named(name),
      consumer: this.#functions.of(QUEUES[name]),
      maximumConcurrency: this.config.concurrency[concurrency],
      retain: this.config.data.retain,
    });
  }

  #feedFromBus(): void {
    const bus = new EventBus(this, 'Bus', {
      eventBusName: this.named('bus'),
      description: 'What visitors did and what Wend decided to do about it',
    });
    new CfnOutput(this, 'EventBusName', {
      value: this.named('bus'),
      description: 'Where the shop’s own systems may put events',
    });
    if (this.config.publish.schemas) {
      new EventSchemas(this, 'Schemas', {
        impact: 'The shop’s engineers guess what is on the bus, and their rules miss events.',
        name: this.named('events'),
      });
    }
    for (const name of QUEUE_NAMES) {
      const { fromBus } = QUEUE_DEFINITIONS[name];
      if (fromBus === undefined) continue;
      new BusRule(this, `${name}-rule`, {
        ...fromBus,
        bus,
        to: this.#queues[name],
        undelivered: this.named(`${name}-undelivered`),
        retain: this.config.data.retain,
      });
    }
  }

  /** The stream's effects go to a queue per kind. */
  #publish(streamArn: string): void {
    new StreamConsumer(this, 'Publish', {
      impact:
        'Journeys decide and nothing follows: no message is sent, no wait is armed, no agent gets a task.',
      name: this.named('publish'),
      streamArn,
      consumer: this.#functions.of('on-visitors-changed'),
      parallelization: this.config.publish.parallelization,
      retain: this.config.data.retain,
    });
  }

  #sweep(): void {
    new PeriodicRun(this, 'Sweep', {
      impact: 'A wait whose timer was lost lasts until the visitor’s next event.',
      consumer: this.#functions.of('on-sweep-due'),
      every: SWEEP,
      failed: this.named('sweep-failed'),
      retain: this.config.data.retain,
    });
  }

  /** Gives a function its queues, and what else it needs. */
  #equip(name: FunctionName, made: WendFunction): void {
    const { sends, needs = [] } = FUNCTIONS[name];
    for (const queue of sends) made.maySend(this.queue(queue), queueVariable(queue));
    for (const need of needs) this.#provide(made, need);
  }

  /** Lets a function put records into the archive's stream, where there is one. */
  #archive(made: WendFunction): void {
    if (this.config.archive === null) return;
    const stream = this.named('archive');
    made.allow(
      new PolicyStatement({
        actions: ['firehose:PutRecordBatch'],
        resources: [deliveryStreamArn(this, stream)],
      }),
    );
    made.set('WEND_ARCHIVE_STREAM', stream);
  }

  #provide(made: WendFunction, need: Need): void {
    switch (need) {
      case 'schedules':
        this.#timers.armedBy(made);
        return;
      case 'deliveries':
        allowDeliveries(made, this.config.deliveries);
        return;
      case 'archive':
        this.#archive(made);
        return;
      case 'operators':
        throw new Error(`${made.node.id} answers nobody who could log in`);
    }
  }
}
