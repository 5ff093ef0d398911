import { CfnOutput, SecretValue } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type ApiFunction, ROUTES } from '../../lib/contracts/routes.ts';
import { type AlarmDefinition, answersOf } from '../alarms.ts';
import type { WendConfig } from '../config.ts';
import { AlarmTopic } from '../constructs/alarm-topic.ts';
import { WendApi } from '../constructs/api.ts';
import { BusForward } from '../constructs/bus-forward.ts';
import { WendAlarm } from '../constructs/wend-alarm.ts';
import { Figures } from '../figures.ts';
import type { FunctionName } from '../functions.ts';
import { nameOf } from '../names.ts';
import { FunctionMaker } from './function-maker.ts';
import { HouseStack } from './house-stack.ts';

/** What is answered in every Region: none of them writes what another Region might write too. */
const HERE: readonly ApiFunction[] = ['decide', 'track-events', 'receive-events', 'describe-service'];

/** What is called what, and lies where, in a Region that holds replicas. */
const UNDELIVERED = 'forward-undelivered';

export interface ReplicaStackProps {
  readonly config: WendConfig;
  readonly bundles: ReadonlyMap<FunctionName, string>;
  readonly region: string;
  readonly homeRegion: string;
}

/** Decisions near to visitors: reads the replicas of its own Region, and hands all that happens to the home Region. */
export class ReplicaStack extends HouseStack {
  constructor(scope: Construct, { config, bundles, region, homeRegion }: ReplicaStackProps) {
    super(scope, `replica-${region}`, {
      config,
      description: 'decisions near to visitors',
      region,
      holdsData: true,
    });
    const { api: settings, logs, data } = config;
    new BusForward(this, 'Forward', {
      impact: 'What visitors of this Region did is not remembered until it reaches the home Region.',
      name: this.named('bus'),
      toArn: this.formatArn({
        service: 'events',
        resource: 'event-bus',
        resourceName: this.named('bus'),
        region: homeRegion,
      }),
      undelivered: this.named(UNDELIVERED),
      retain: data.retain,
    });
    const functions = new FunctionMaker(this, { config, bundles, identitySecret: identityOf(config) });
    const { api } = new WendApi(this, 'Api', {
      impact: 'Pages of this Region show their own defaults until they are led to another one.',
      routes: ROUTES.filter((route) => HERE.includes(route.function)),
      functionOf: (name) => functions.of(name),
      fallback: 'describe-service',
      limits: settings.limits,
      domain: null,
      logRetention: logs.retentionDays,
      retain: data.retain,
    });
    new CfnOutput(this, 'Url', { value: api.apiEndpoint, description: `The service in ${region}` });
    this.#watch(api.apiId);
  }

  #watch(apiId: string): void {
    const { environment, observability } = this.config;
    if (observability === null) return;
    const figures = new Figures(environment);
    const topic = new AlarmTopic(this, 'Topic', {
      impact: 'Nobody is called when something fails in this Region: customers notice first.',
      name: this.named('alarms'),
      emails: observability.emails,
    });
    const forward: AlarmDefinition = {
      id: UNDELIVERED,
      impact: 'What visitors of this Region did in the last days is not remembered.',
      heading: 'Undelivered: forward',
      metric: figures.queue(UNDELIVERED, 'ApproximateNumberOfMessagesVisible'),
      threshold: 1,
      periods: 1,
    };
    for (const { id, ...definition } of [...answersOf(figures, apiId, observability.objectives), forward]) {
      new WendAlarm(this, id, { ...definition, tells: topic.action });
    }
  }
}

/** The secret that identity tokens are signed with, of which each Region has a copy under the same name. */
const identityOf = ({ environment, identity }: WendConfig): string | undefined => {
  switch (identity.secret) {
    case 'none':
      return undefined;
    case 'literal':
      return identity.value;
    case 'named':
      return SecretValue.secretsManager(identity.name).unsafeUnwrap();
    case 'generated':
      return SecretValue.secretsManager(nameOf(environment, 'identity')).unsafeUnwrap();
  }
};
