import { Stack } from 'aws-cdk-lib';
import {
  AttributeType,
  Billing,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { TABLES } from '../../lib/contracts/tables.ts';
import { requireImpact } from './impact.ts';
import { retainedIf } from './retained.ts';

export interface WendTableProps {
  /** One sentence: what a customer notices while it fails. */
  readonly impact: string;
  /** What it is called in AWS, in every Region. */
  readonly name: string;
  readonly definition: (typeof TABLES)[keyof typeof TABLES];
  /** Whether it outlives the stack. */
  readonly retain: boolean;
  readonly deletionProtection: boolean;
  /** How far back it can be restored, days; null: not at all. */
  readonly recoveryDays: number | null;
  /** Whether a key is made for it that can be disabled; else AWS's own for DynamoDB encrypts it. */
  readonly ownKey: boolean;
  /** Other Regions that hold it too. */
  readonly replicas: readonly string[];
}

/**
 * A table of the house: paid per request, encrypted under a key that CloudTrail shows the use of, expiring by its
 * time to live. A `TableV2`, so that replicas can be added without moving the data.
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
      tableName: props.name,
      partitionKey: { name: definition.partitionKey, type: AttributeType.STRING },
      sortKey: { name: definition.sortKey, type: AttributeType.STRING },
      timeToLiveAttribute: definition.timeToLive,
      billing: Billing.onDemand(),
      encryption: props.ownKey
        ? TableEncryptionV2.customerManagedKey(this.#makeKey(props))
        : TableEncryptionV2.awsManagedKey(),
      deletionProtection: props.deletionProtection,
      removalPolicy: retainedIf(props.retain),
      replicas: props.replicas.map((region) => ({ region })),
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

  /**
   * A key that only DynamoDB uses, for whoever of the account may use the table: what AWS's own key for DynamoDB says,
   * but that this one can be disabled, and that its use can be forbidden.
   */
  #makeKey({ retain }: WendTableProps): Key {
    const key = new Key(this, 'Key', {
      description: this.impact,
      enableKeyRotation: true,
      removalPolicy: retainedIf(retain),
    });
    const { account, region } = Stack.of(this);
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        resources: ['*'],
        conditions: {
          StringEquals: {
            'kms:CallerAccount': account,
            'kms:ViaService': `dynamodb.${region}.amazonaws.com`,
          },
        },
      }),
    );
    return key;
  }
}
