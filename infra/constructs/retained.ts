import { RemovalPolicy } from 'aws-cdk-lib';

/**
 * What becomes of a thing that holds data when its stack goes. What is retained still goes where its very first
 * creation fails: its name would be taken when that is tried again.
 */
export const retainedIf = (retain: boolean): RemovalPolicy =>
  retain ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;
