/** Queues and streams that Lambda polls, buckets and topics that push (CreateEventSourceMapping, PutBucketNotification, Subscribe). */
import type { Values } from "../../engine/values.ts";
import type { EventSourceModel } from "../../model.ts";
import { list, text } from "../resource-type.ts";
import { addEventSource, type DeclareEventSource } from "./event-source.ts";

const POLLED: Readonly<Record<string, EventSourceModel["kind"]>> = {
  sqs: "SQS",
  dynamodb: "DynamoDB stream",
  kinesis: "Kinesis",
};

export const eventSourceMapping: DeclareEventSource = (resource, cloud) => {
  const { inputs } = resource;
  const arn = text(inputs.eventSourceArn) ?? "";
  const kind = POLLED[arn.split(":")[2] ?? ""];
  if (!kind) return;
  cloud.atTheEnd(resource, () =>
    addEventSource(resource, cloud, text(inputs.functionName) ?? "", {
      ...{ kind, arn, what: arn },
      // Lambda polls in the function's own role.
      invokedBy: undefined,
      enabled: inputs.enabled !== false,
      sample: {},
    }),
  );
};

export const bucketNotification: DeclareEventSource = (resource, cloud) => {
  const bucket = text(resource.inputs.bucket) ?? "";
  cloud.atTheEnd(resource, () => {
    for (const [index, notified] of list<Values>(resource.inputs.lambdaFunctions).entries()) {
      const [event = "s3:ObjectCreated:*"] = list(notified.events);
      const key = `${text(notified.filterPrefix) ?? ""}example${text(notified.filterSuffix) ?? ""}`;
      addEventSource(
        resource,
        cloud,
        text(notified.lambdaFunctionArn) ?? "",
        {
          kind: "S3",
          what: `${list(notified.events).join(", ")} in ${bucket}`,
          arn: `arn:aws:s3:::${bucket}`,
          invokedBy: "s3",
          enabled: true,
          sample: { s3: { event, key, configurationId: text(notified.id) ?? resource.name } },
        },
        index === 0 ? "" : String(index + 1),
      );
    }
  });
};

export const topicSubscription: DeclareEventSource = (resource, cloud) => {
  const { inputs, outputs } = resource;
  if (inputs.protocol !== "lambda") return;
  const topic = text(inputs.topic) ?? "";
  cloud.atTheEnd(resource, () =>
    addEventSource(resource, cloud, text(inputs.endpoint) ?? "", {
      ...{ kind: "SNS", what: topic, arn: topic, invokedBy: "sns", enabled: true },
      sample: { subscriptionArn: text(outputs.arn) },
    }),
  );
};
