/** The resource types that invoke functions on AWS by themselves, and here when a person says so. */
import type { DeclareEventSource } from "./event-source.ts";
import { bucketNotification, eventSourceMapping, topicSubscription } from "./messages.ts";
import { eventTarget, schedule } from "./schedules.ts";

export { BY_HAND } from "./event-source.ts";

/** By the type's token. */
export const EVENT_SOURCES: Readonly<Record<string, DeclareEventSource>> = {
  "aws:cloudwatch/eventTarget:EventTarget": eventTarget,
  "aws:scheduler/schedule:Schedule": schedule,
  "aws:lambda/eventSourceMapping:EventSourceMapping": eventSourceMapping,
  "aws:s3/bucketNotification:BucketNotification": bucketNotification,
  "aws:sns/topicSubscription:TopicSubscription": topicSubscription,
};
