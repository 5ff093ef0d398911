import type { Construct } from 'constructs';
import { alarmsOf } from '../alarms.ts';
import type { WendConfig } from '../config.ts';
import { AlarmTopic } from '../constructs/alarm-topic.ts';
import { WendDashboard } from '../constructs/dashboard.ts';
import { WendAlarm } from '../constructs/wend-alarm.ts';
import { Figures } from '../figures.ts';
import { HouseStack } from './house-stack.ts';

export interface ObservabilityStackProps {
  readonly config: WendConfig;
  readonly settings: NonNullable<WendConfig['observability']>;
  /** The HTTP API's id. */
  readonly apiId: string;
}

/** What looks after an environment: one dashboard, and an alarm for each promise and each end of an edge. */
export class ObservabilityStack extends HouseStack {
  constructor(scope: Construct, { config, settings, apiId }: ObservabilityStackProps) {
    super(scope, 'observability', { config, description: 'dashboard and alarms', holdsData: false });
    const figures = new Figures(config.environment);
    const topic = new AlarmTopic(this, 'Topic', {
      impact: 'Nobody is called when something fails: customers notice first.',
      name: this.named('alarms'),
      emails: settings.emails,
    });
    const alarms = alarmsOf(figures, apiId, settings.objectives, config.archive).map(
      ({ id, ...definition }) => new WendAlarm(this, id, { ...definition, tells: topic.action }).alarm,
    );
    new WendDashboard(this, 'Dashboard', {
      impact: 'Nobody sees at a glance what is wrong, and whoever was called looks for longer.',
      name: `wend-${config.environment}`,
      figures,
      apiId,
      alarms,
      archives: config.archive !== null,
    });
  }
}
