/** aws:lambda/eventSourceMapping:EventSourceMapping: what polls a queue or stream for a function (CreateEventSourceMapping). */
import { createHash } from "node:crypto";
import type { lambda } from "@pulumi/aws";
import { notServed } from "../contract.ts";
import { BY_HAND } from "../event-sources/event-source.ts";
import { arnOf, resourceType, text } from "../resource-type.ts";

const NOTHING_POLLS = notServed(BY_HAND);

export const eventSourceMapping = resourceType<lambda.EventSourceMapping, lambda.EventSourceMappingArgs>(
  "aws:lambda/eventSourceMapping:EventSourceMapping",
  {
    notServed: NOTHING_POLLS.because,
    inputs: {
      amazonManagedKafkaEventSourceConfig: NOTHING_POLLS,
      batchSize: NOTHING_POLLS,
      bisectBatchOnFunctionError: NOTHING_POLLS,
      destinationConfig: NOTHING_POLLS,
      documentDbEventSourceConfig: NOTHING_POLLS,
      enabled: NOTHING_POLLS,
      eventSourceArn: NOTHING_POLLS,
      filterCriteria: NOTHING_POLLS,
      functionName: NOTHING_POLLS,
      functionResponseTypes: NOTHING_POLLS,
      kmsKeyArn: NOTHING_POLLS,
      maximumBatchingWindowInSeconds: NOTHING_POLLS,
      maximumRecordAgeInSeconds: NOTHING_POLLS,
      maximumRetryAttempts: NOTHING_POLLS,
      metricsConfig: NOTHING_POLLS,
      parallelizationFactor: NOTHING_POLLS,
      provisionedPollerConfig: NOTHING_POLLS,
      queues: NOTHING_POLLS,
      region: NOTHING_POLLS,
      scalingConfig: NOTHING_POLLS,
      selfManagedEventSource: NOTHING_POLLS,
      selfManagedKafkaEventSourceConfig: NOTHING_POLLS,
      sourceAccessConfigurations: NOTHING_POLLS,
      startingPosition: NOTHING_POLLS,
      startingPositionTimestamp: NOTHING_POLLS,
      tags: NOTHING_POLLS,
      topics: NOTHING_POLLS,
      tumblingWindowInSeconds: NOTHING_POLLS,
      useResourceTimeoutForPropagation: NOTHING_POLLS,
    },

    create({ urn, inputs }, account) {
      const uuid = uuidOf(urn);
      const reference = text(inputs.functionName) ?? "";
      return {
        id: uuid,
        outputs: {
          arn: arnOf(account, "lambda", `event-source-mapping:${uuid}`),
          uuid,
          functionArn: reference.startsWith("arn:") ? reference : arnOf(account, "lambda", `function:${reference}`),
          lastModified: new Date(0).toISOString(),
          lastProcessingResult: "No records processed",
          state: "Enabled",
          stateTransitionReason: "USER_INITIATED",
        },
      };
    },
  },
);

function uuidOf(urn: string): string {
  const hex = createHash("sha256").update(urn).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}
