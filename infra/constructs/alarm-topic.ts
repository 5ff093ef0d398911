import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { requireImpact } from './impact.ts';

export interface AlarmTopicProps {
  /** One sentence: what a customer notices while it fails. */
  readonly impact: string;
  /** What it is called in AWS. */
  readonly name: string;
  readonly emails: readonly string[];
}

/** Where alarms are told, and to whom. What they say is about figures and never about a person. */
export class AlarmTopic extends Construct {
  readonly impact: string;
  readonly action: SnsAction;

  constructor(scope: Construct, id: string, props: AlarmTopicProps) {
    super(scope, id);
    this.impact = requireImpact(id, props.impact);
    const topic = new Topic(this, 'Topic', { topicName: props.name, enforceSSL: true });
    for (const email of props.emails) topic.addSubscription(new EmailSubscription(email));
    this.action = new SnsAction(topic);
  }
}
