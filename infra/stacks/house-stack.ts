import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { WendConfig } from '../config.ts';
import { nameOf } from '../names.ts';

export interface HouseStackProps {
  readonly config: WendConfig;
  /** What is in it, in a few words. */
  readonly description: string;
  /** Where it stands; absent: at home. */
  readonly region?: string;
  /** Whether it holds what must not go with a slip of the hand. */
  readonly holdsData: boolean;
}

/** A stack of one environment, named, tagged and placed as its configuration says. */
export class HouseStack extends Stack {
  readonly config: WendConfig;

  constructor(scope: Construct, id: string, props: HouseStackProps) {
    const { config, description, holdsData } = props;
    const { account, environment } = config;
    const region = props.region ?? config.region;
    super(scope, nameOf(environment, id), {
      description: `Wend: ${description}`,
      terminationProtection: holdsData && config.data.deletionProtection,
      tags: { application: 'wend', environment },
      env: { ...(account === undefined ? {} : { account }), ...(region === undefined ? {} : { region }) },
    });
    this.config = config;
  }

  /** What a thing of this environment is called in AWS. */
  named(thing: string): string {
    return nameOf(this.config.environment, thing);
  }
}
