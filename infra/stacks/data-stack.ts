import { CfnOutput } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { TABLES } from '../../lib/contracts/tables.ts';
import type { WendConfig } from '../config.ts';
import { Archive } from '../constructs/archive.ts';
import { IdentitySecret } from '../constructs/identity-secret.ts';
import { WendTable } from '../constructs/wend-table.ts';
import { HouseStack } from './house-stack.ts';

/** What is remembered: the tables, the archive, and the secret that proves who a visitor is. */
export class DataStack extends HouseStack {
  /** The stream of the visitors table. */
  readonly streamArn: string;
  readonly identity: IdentitySecret;

  constructor(scope: Construct, config: WendConfig) {
    super(scope, 'data', { config, description: 'what is remembered of visitors', holdsData: true });
    const visitors = this.#table(
      'Visitors',
      'visitors',
      'Nobody is remembered: every visitor sees the shop’s defaults.',
    );
    this.#table(
      'Log',
      'log',
      'No key and no catalog can be read: starting functions answer 503, and no decision can be explained.',
    );
    const { tableStreamArn } = visitors.table;
    if (tableStreamArn === undefined) throw new Error('the table of visitors has no stream');
    this.streamArn = tableStreamArn;
    this.identity = new IdentitySecret(this, 'Identity', {
      impact:
        'Visitors who are logged in on a page or an app are refused until the shop signs with this secret.',
      source: config.identity,
      name: this.named('identity'),
      replicas: config.replicas,
      retain: config.data.retain,
    });
    this.#archive();
    this.#outputs();
  }

  #archive(): void {
    const { archive, data, logs } = this.config;
    if (archive === null) return;
    const { bucket } = new Archive(this, 'Archive', {
      impact:
        'Nothing today: after a disaster what customers did since the last backup could not be brought back.',
      name: this.named('archive'),
      settings: archive,
      retain: data.retain,
      ownKey: data.ownKey,
      logRetention: logs.retentionDays,
    });
    new CfnOutput(this, 'ArchiveBucketName', {
      value: bucket.bucketName,
      description: 'Applied events, for wend archive replay',
    });
  }

  #table(id: string, name: keyof typeof TABLES, impact: string): WendTable {
    const { data, replicas } = this.config;
    return new WendTable(this, id, {
      impact,
      name: this.named(name),
      definition: TABLES[name],
      ...data,
      replicas,
    });
  }

  #outputs(): void {
    new CfnOutput(this, 'LogTableName', {
      value: this.named('log'),
      description: 'Keys, catalog versions and records of decisions',
    });
    if (this.identity.secretArn !== undefined) {
      new CfnOutput(this, 'IdentitySecretArn', {
        value: this.identity.secretArn,
        description: 'Secret that the shop signs identity tokens with (HS256)',
      });
    }
  }
}
