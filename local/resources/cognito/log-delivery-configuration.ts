/** aws:cognito/logDeliveryConfiguration:LogDeliveryConfiguration: where a pool's own logs go (SetLogDeliveryConfiguration). */
import type { cognito } from "@pulumi/aws";
import { notServed, served, withoutEffect } from "../contract.ts";
import { resourceType } from "../resource-type.ts";

const DESTINATION = notServed("the pool's logs are not delivered; the console page shows what happens");

export const logDeliveryConfiguration = resourceType<
  cognito.LogDeliveryConfiguration,
  cognito.LogDeliveryConfigurationArgs
>("aws:cognito/logDeliveryConfiguration:LogDeliveryConfiguration", {
  inputs: {
    logConfigurations: {
      parts: {
        cloudWatchLogsConfiguration: { parts: { logGroupArn: DESTINATION } },
        eventSource: withoutEffect("it says which logs, and none are delivered"),
        firehoseConfiguration: { parts: { streamArn: DESTINATION } },
        logLevel: withoutEffect("it says which logs, and none are delivered"),
        s3Configuration: { parts: { bucketArn: DESTINATION } },
      },
    },
    region: served,
    userPoolId: served,
  },
  create: ({ inputs }) => ({ id: `${inputs.userPoolId}`, outputs: {} }),
});
