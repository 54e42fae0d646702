/** Lambda functions, and who and what invokes them. */
import type { CorsModel } from "./apis.ts";

export type LogLevel = "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR" | "FATAL";

export interface FunctionModel {
  name: string;
  arn: string;
  region: string;
  accountId: string;
  /** Of the role that the function acts in, without its path */
  roleName: string;
  /** e.g. `nodejs24.x` */
  runtime: string;
  /** `<file>.<export>` */
  handler: string;
  memorySizeMb: number;
  timeoutSeconds: number;
  environment: Record<string, string>;
  logGroupName: string;
  logFormat: "Text" | "JSON";
  /** Of its own lines, which are dropped below; in text none are. */
  applicationLogLevel: LogLevel;
  /** Of the service's lines; in text none are dropped. */
  systemLogLevel: LogLevel;
  reservedConcurrency: number | undefined;
  /** Where the deployed archive lies unpacked. */
  codeDirectory: string;
  /** The folders and files that the archive was made of, absolute or from the program's working directory. */
  codeSources: string[];
  /** Where its layers lie unpacked, in their order. */
  layerDirectories: string[];
  /** Which of its versions this is: `$LATEST`, or a number for one that is published. */
  version: string;
  /** The published versions and the aliases by which it can be invoked → their version. */
  qualifiers: Record<string, string>;
  /** Of an alias that goes to several versions: which share of its invocations each other version takes, from 0 to 1. */
  shares: Record<string, Record<string, number>>;
  /** For `$LATEST`, a version or an alias: what becomes of the events that it is invoked with asynchronously. */
  asynchronous: Record<string, AsynchronousModel>;
  /** The ARN of its dead-letter queue or topic. */
  deadLetterTarget: string | undefined;
}

export interface AsynchronousModel {
  /** From 0 to 2 */
  maximumRetryAttempts: number;
  maximumEventAgeSeconds: number;
  /** The ARN of where records of invocations go, by how they ended. */
  onSuccess: string | undefined;
  onFailure: string | undefined;
}

/** `aws.lambda.FunctionUrl`: a function's own address. */
export interface FunctionUrlModel {
  /** 32 lower-case letters and digits */
  id: string;
  /** The resource's logical name. */
  name: string;
  region: string;
  accountId: string;
  /** With the qualifier, when it is an alias's. */
  functionArn: string;
  authorization: "NONE" | "AWS_IAM";
  cors: CorsModel | undefined;
}

/** What invokes a function on AWS by itself. */
export interface EventSourceModel {
  id: string;
  /** The resource's logical name. */
  name: string;
  kind: "EventBridge rule" | "EventBridge Scheduler" | "SQS" | "DynamoDB stream" | "Kinesis" | "S3" | "SNS";
  /** For a person: `rate(5 minutes)`, the queue's ARN */
  what: string;
  /** With the qualifier, when it names one. */
  functionArn: string;
  /** Of the rule, the schedule, the queue, the stream, the bucket or the topic. */
  arn: string;
  /** The service that has to be permitted; `undefined` where a role invokes. */
  invokedBy: "events" | "s3" | "sns" | undefined;
  enabled: boolean;
  /** What its event is made of. */
  sample: {
    /** What the program has it send, as it is. */
    input?: string | undefined;
    /** Which part of the event is sent: `$.detail` */
    inputPath?: string | undefined;
    inputTransformer?: { paths: Record<string, string>; template: string };
    /** The rule's event pattern, JSON text. */
    pattern?: string | undefined;
    s3?: { event: string; key: string; configurationId: string };
    subscriptionArn?: string | undefined;
  };
}

/** `aws.lambda.Permission`: who may invoke a function. */
export interface FunctionPermissionModel {
  /** With the qualifier, when the permission has one: an alias's permissions are its own. */
  functionArn: string;
  /** A service such as `cognito-idp.amazonaws.com`, an account, or `*` */
  principal: string;
  sourceArn: string | undefined;
  /** The program's own, where the permission wants the source's account to be one. */
  sourceAccount?: string | undefined;
}
