/**
 * The event that a source would send, with example values where only the source knows the true ones
 * (https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html and
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html).
 */
import { createHash } from "node:crypto";
import type { EventSourceModel } from "../model.ts";
import type { Platform } from "../platform.ts";

type Make = (source: EventSourceModel, account: { region: string; accountId: string }, platform: Platform) => unknown;

/** @returns JSON text, indented; an input that the program itself gives is as it gives it */
export function sampleEvent(
  source: EventSourceModel,
  account: { region: string; accountId: string },
  platform: Platform,
): string {
  const { input, inputPath, inputTransformer } = source.sample;
  if (input !== undefined) return input;
  const event = EVENTS[source.kind](source, account, platform);
  if (inputTransformer) return transformed(inputTransformer, event);
  return JSON.stringify(inputPath === undefined ? event : (valueAt(inputPath, event) ?? null), null, 2);
}

const rule: Make = ({ arn, sample: { pattern } }, { region, accountId }, platform) => {
  const wanted = pattern === undefined ? undefined : parsedObject(pattern);
  const fitting = wanted ? (fittingValue(wanted) as Record<string, unknown>) : {};
  return {
    version: "0",
    id: platform.randomUUID(),
    "detail-type": wanted ? "Example" : "Scheduled Event",
    source: wanted ? "com.example" : "aws.events",
    account: accountId,
    time: seconds(platform),
    region,
    resources: wanted ? [] : [arn],
    detail: {},
    ...fitting,
  };
};

const schedule: Make = ({ arn }, { region, accountId }, platform) => ({
  version: "0",
  id: platform.randomUUID(),
  "detail-type": "Scheduled Event",
  source: "aws.scheduler",
  account: accountId,
  time: seconds(platform),
  region,
  resources: [arn],
  detail: "{}",
});

const queue: Make = ({ arn }, { region }, platform) => {
  const body = "Hello from SQS!";
  const sent = String(platform.now());
  const ofFifo = arn.endsWith(".fifo") && {
    SequenceNumber: "18849496460467696128",
    MessageGroupId: "1",
    MessageDeduplicationId: "1",
  };
  return {
    Records: [
      {
        messageId: platform.randomUUID(),
        receiptHandle: "EXAMPLE",
        body,
        attributes: {
          ApproximateReceiveCount: "1",
          SentTimestamp: sent,
          ...ofFifo,
          SenderId: "AIDAEXAMPLE",
          ApproximateFirstReceiveTimestamp: sent,
        },
        messageAttributes: {},
        md5OfBody: createHash("md5").update(body).digest("hex"),
        eventSource: "aws:sqs",
        eventSourceARN: arn,
        awsRegion: region,
      },
    ],
  };
};

const table: Make = ({ arn }, { region }, platform) => ({
  Records: [
    {
      eventID: platform.randomUUID().replaceAll("-", ""),
      eventName: "INSERT",
      eventVersion: "1.1",
      eventSource: "aws:dynamodb",
      awsRegion: region,
      dynamodb: {
        ApproximateCreationDateTime: Math.floor(platform.now() / 1000),
        Keys: { Id: { N: "101" } },
        NewImage: { Id: { N: "101" }, Message: { S: "New item!" } },
        SequenceNumber: "111",
        SizeBytes: 26,
        StreamViewType: "NEW_AND_OLD_IMAGES",
      },
      eventSourceARN: arn,
    },
  ],
});

const stream: Make = ({ arn }, { region, accountId }, platform) => {
  const sequenceNumber = "49590338271490256608559692538361571095921575989136588898";
  return {
    Records: [
      {
        kinesis: {
          kinesisSchemaVersion: "1.0",
          partitionKey: "1",
          sequenceNumber,
          data: Buffer.from("Hello, this is a test.").toString("base64"),
          approximateArrivalTimestamp: platform.now() / 1000,
        },
        eventSource: "aws:kinesis",
        eventVersion: "1.0",
        eventID: `shardId-000000000006:${sequenceNumber}`,
        eventName: "aws:kinesis:record",
        invokeIdentityArn: `arn:aws:iam::${accountId}:role/lambda-role`,
        awsRegion: region,
        eventSourceARN: arn,
      },
    ],
  };
};

const bucket: Make = ({ arn, sample: { s3 } }, { region }, platform) => {
  const { event, key, configurationId } = s3!;
  return {
    Records: [
      {
        eventVersion: "2.1",
        eventSource: "aws:s3",
        awsRegion: region,
        eventTime: new Date(platform.now()).toISOString(),
        eventName: event.replace(/^s3:/, "").replace(/\*$/, event.includes("Removed") ? "Delete" : "Put"),
        userIdentity: { principalId: "EXAMPLE" },
        requestParameters: { sourceIPAddress: "127.0.0.1" },
        responseElements: { "x-amz-request-id": "EXAMPLE123456789", "x-amz-id-2": "EXAMPLE" },
        s3: {
          s3SchemaVersion: "1.0",
          configurationId,
          bucket: { name: arn.slice(arn.lastIndexOf(":") + 1), ownerIdentity: { principalId: "EXAMPLE" }, arn },
          object: {
            key,
            size: 1024,
            eTag: createHash("md5").update(key).digest("hex"),
            sequencer: "0A1B2C3D4E5F678901",
          },
        },
      },
    ],
  };
};

const topic: Make = ({ arn, sample: { subscriptionArn } }, { region }, platform) => ({
  Records: [
    {
      EventSource: "aws:sns",
      EventVersion: "1.0",
      EventSubscriptionArn: subscriptionArn,
      Sns: {
        Type: "Notification",
        MessageId: platform.randomUUID(),
        TopicArn: arn,
        Subject: "Example",
        Message: "Hello from SNS!",
        Timestamp: new Date(platform.now()).toISOString(),
        SignatureVersion: "1",
        Signature: "EXAMPLE",
        SigningCertUrl: `https://sns.${region}.amazonaws.com/SimpleNotificationService-EXAMPLE.pem`,
        UnsubscribeUrl: `https://sns.${region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=${subscriptionArn}`,
        MessageAttributes: {},
      },
    },
  ],
});

const EVENTS: Readonly<Record<EventSourceModel["kind"], Make>> = {
  "EventBridge rule": rule,
  "EventBridge Scheduler": schedule,
  SQS: queue,
  "DynamoDB stream": table,
  Kinesis: stream,
  S3: bucket,
  SNS: topic,
};

/** `2026-06-15T05:12:43Z`, as EventBridge writes the time. */
const seconds = (platform: Platform): string => `${new Date(platform.now()).toISOString().slice(0, 19)}Z`;

/** Of an event pattern, the first value that each list takes; of a filter such as `{"prefix": "a"}`, one that fits where it can be told. */
function fittingValue(pattern: unknown): unknown {
  if (!Array.isArray(pattern)) {
    if (pattern === null || typeof pattern !== "object") return pattern;
    return Object.fromEntries(Object.entries(pattern).map(([name, value]) => [name, fittingValue(value)]));
  }
  const [first] = pattern;
  if (first === null || typeof first !== "object") return first;
  const { numeric, prefix, suffix } = first as { numeric?: [string, number]; prefix?: unknown; suffix?: unknown };
  if (numeric) return numeric[1] + (numeric[0] === ">" ? 1 : numeric[0] === "<" ? -1 : 0);
  return [prefix, suffix].find((text) => typeof text === "string") ?? "example";
}

/** `$.detail.id` */
function valueAt(path: string, event: unknown): unknown {
  return path
    .replace(/^\$\.?/, "")
    .split(".")
    .filter((step) => step !== "")
    .reduce<unknown>((value, step) => Object(value)[step], event);
}

/** `<name>` stands for what its path finds: inside of a text as it is, elsewhere as JSON. */
function transformed({ paths, template }: { paths: Record<string, string>; template: string }, event: unknown): string {
  return template.replaceAll(/<([\w.-]+)>/g, (whole, name: string, at: number) => {
    const path = paths[name];
    if (path === undefined) return whole;
    const value = JSON.stringify(valueAt(path, event) ?? "");
    const isInsideOfText = (template.slice(0, at).match(/(?<!\\)"/g)?.length ?? 0) % 2 === 1;
    return isInsideOfText ? value.replace(/^"|"$/g, "") : value;
  });
}

function parsedObject(text: string): Record<string, unknown> | undefined {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
