/** SQS, SNS, EventBridge, Step Functions, Kinesis and SES: what events and messages travel through. */
import type { Values } from "../../engine/values.ts";
import type { Companion, Companions, Made } from "./companion.ts";

/** Pulumi ends the names that it makes for FIFO queues and topics as AWS demands. */
function fifoName(made: Made, input: string): string {
  const name = made.name();
  const fifo = made.inputs[input] === true && made.existing === undefined;
  return fifo && !name.endsWith(".fifo") ? `${name}.fifo` : name;
}

const queue: Companion = (made) => {
  const name = fifoName(made, "fifoQueue");
  const url = made.existing ?? `https://sqs.${made.region}.amazonaws.com/${made.accountId}/${name}`;
  return { id: url, outputs: { name, url, arn: made.arn("sqs", name) } };
};

const topic: Companion = (made) => {
  const name = fifoName(made, "fifoTopic");
  const arn = made.arn("sns", name);
  return { id: arn, outputs: { name, arn, owner: made.accountId, beginningArchiveTime: "" } };
};

/** A resource of `service` whose ARN ends in `resource` and a name. */
const named =
  (service: string, resource: string, more: (made: Made, name: string) => Values = () => ({})): Companion =>
  (made) => {
    const name = made.name();
    return { outputs: { name, arn: made.arn(service, `${resource}${name}`), ...more(made, name) } };
  };

/** The same, with the ARN as its id. */
const byArn =
  (companion: Companion): Companion =>
  (made) => {
    const { outputs } = companion(made);
    return { id: outputs.arn as string, outputs };
  };

export const messaging: Companions = {
  "aws:sqs/queue:Queue": queue,
  "aws:sqs/queuePolicy:QueuePolicy": (made) => ({ id: made.text("queueUrl") ?? "", outputs: {} }),
  "aws:sns/topic:Topic": topic,
  "aws:sns/topicPolicy:TopicPolicy": (made) => ({ id: made.text("arn") ?? "", outputs: { owner: made.accountId } }),
  "aws:sns/topicSubscription:TopicSubscription": (made) => {
    const arn = made.existing ?? `${made.text("topic") ?? ""}:${made.uuid()}`;
    return { id: arn, outputs: { arn, ownerId: made.accountId } };
  },
  "aws:cloudwatch/eventBus:EventBus": named("events", "event-bus/"),
  "aws:cloudwatch/eventRule:EventRule": (made) => {
    const name = made.name();
    const bus = made.text("eventBusName");
    const path = bus === undefined || bus === "default" ? name : `${bus}/${name}`;
    return { id: path, outputs: { name, arn: made.arn("events", `rule/${path}`) } };
  },
  "aws:cloudwatch/eventTarget:EventTarget": (made) => {
    const targetId = made.text("targetId") ?? `terraform-${made.lower(26)}`;
    return { id: `${made.text("rule") ?? ""}-${targetId}`, outputs: { targetId } };
  },
  "aws:scheduler/scheduleGroup:ScheduleGroup": named("scheduler", "schedule-group/"),
  "aws:scheduler/schedule:Schedule": (made) => {
    const name = made.name();
    const path = `${made.text("groupName") ?? "default"}/${name}`;
    return { id: path, outputs: { name, arn: made.arn("scheduler", `schedule/${path}`) } };
  },
  "aws:sfn/stateMachine:StateMachine": byArn(
    named("states", "stateMachine:", (made, name) => {
      const arn = made.arn("states", `stateMachine:${name}`);
      return { status: "ACTIVE", creationDate: made.createdAt, revisionId: "", stateMachineVersionArn: `${arn}:1` };
    }),
  ),
  "aws:sfn/activity:Activity": byArn(named("states", "activity:", (made) => ({ creationDate: made.createdAt }))),
  "aws:kinesis/stream:Stream": byArn(named("kinesis", "stream/")),
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": byArn(named("firehose", "deliverystream/")),
  "aws:ses/emailIdentity:EmailIdentity": (made) => {
    const email = made.text("email") ?? made.existing ?? "";
    return { id: email, outputs: { arn: made.arn("ses", `identity/${email}`) } };
  },
  "aws:ses/domainIdentity:DomainIdentity": (made) => {
    const domain = made.text("domain") ?? made.existing ?? "";
    return { id: domain, outputs: { arn: made.arn("ses", `identity/${domain}`), verificationToken: made.hex(44) } };
  },
  "aws:sesv2/emailIdentity:EmailIdentity": (made) => {
    const identity = made.text("emailIdentity") ?? made.existing ?? "";
    const identityType = identity.includes("@") ? "EMAIL_ADDRESS" : "DOMAIN";
    return { id: identity, outputs: { arn: made.arn("ses", `identity/${identity}`), identityType } };
  },
  "aws:cloudwatch/logGroup:LogGroup": named("logs", "log-group:"),
  "aws:cloudwatch/logStream:LogStream": (made) => {
    const name = made.name();
    const group = made.text("logGroupName") ?? "";
    return { outputs: { name, arn: made.arn("logs", `log-group:${group}:log-stream:${name}`) } };
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": named("cloudwatch", "alarm:"),
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": (made) => {
    const alarmName = made.name("alarmName");
    return { id: alarmName, outputs: { alarmName, arn: made.arn("cloudwatch", `alarm:${alarmName}`) } };
  },
  "aws:cloudwatch/dashboard:Dashboard": (made) => {
    const dashboardName = made.name("dashboardName");
    const dashboardArn = made.globalArn("cloudwatch", `dashboard/${dashboardName}`);
    return { id: dashboardName, outputs: { dashboardName, dashboardArn } };
  },
  "aws:xray/group:Group": (made) => {
    const arn = made.arn("xray", `group/${made.text("groupName") ?? ""}/${made.upper(26)}`);
    return { id: arn, outputs: { arn } };
  },
  "aws:xray/samplingRule:SamplingRule": (made) => {
    const name = made.name("ruleName");
    return { id: name, outputs: { ruleName: name, arn: made.arn("xray", `sampling-rule/${name}`) } };
  },
};
