import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  Billing,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { TABLES } from '../../lib/contracts/tables.ts';
import { requireImpact } from './impact.ts';

export interface WendTableProps {
  /** One sentence: what a customer notices while it fails. */
  readonly impact: string;
  readonly definition: (typeof TABLES)[keyof typeof TABLES];
  /** Whether it outlives the stack. */
  readonly retain: boolean;
  readonly deletionProtection: boolean;
  /** How far back it can be restored, days; null: not at all. */
  readonly recoveryDays: number | null;
}

/**
 * A table of the house: paid per request, encrypted under a key that CloudTrail shows the use of, expiring by its
 * time to live. A `TableV2`, so that replicas can be added one day without moving the data.
 */
export class WendTable extends Construct {
  readonly table: TableV2;
  readonly impact: string;

  constructor(scope: Construct, id: string, props: WendTableProps) {
    super(scope, id);
    this.impact = requireImpact(id, props.impact);
    const { definition, recoveryDays } = props;
    const { dueIndex } = definition;
    this.table = new TableV2(this, 'Table', {
      partitionKey: { name: definition.partitionKey, type: AttributeType.STRING },
      sortKey: { name: definition.sortKey, type: AttributeType.STRING },
      timeToLiveAttribute: definition.timeToLive,
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.awsManagedKey(),
      deletionProtection: props.deletionProtection,
      removalPolicy: props.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      ...(definition.stream === null ? {} : { dynamoStream: StreamViewType[definition.stream] }),
      ...(dueIndex === null
        ? {}
        : {
            globalSecondaryIndexes: [
              {
                indexName: dueIndex.name,
                partitionKey: { name: dueIndex.partitionKey, type: AttributeType.STRING },
                sortKey: { name: dueIndex.sortKey, type: AttributeType.STRING },
                projectionType: ProjectionType.KEYS_ONLY,
              },
            ],
          }),
      ...(recoveryDays === null
        ? {}
        : {
            pointInTimeRecoverySpecification: {
              pointInTimeRecoveryEnabled: true,
              recoveryPeriodInDays: recoveryDays,
            },
          }),
    });
  }
}
