/**
 * Alarms for what a person should get up for, and a dashboard for what they look at then.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { HandlerFunction } from "./function.ts";
import type { ProtectedApi } from "./protected-api.ts";
import type { UserDirectory } from "./user-directory.ts";

export interface MonitoringArgs {
  /** Gets a mail to confirm, and then every alarm. */
  alarmEmail?: pulumi.Input<string> | undefined;
  users: UserDirectory;
  api: ProtectedApi;
  functions: Readonly<Record<string, HandlerFunction>>;
  /** Encrypts alarms on their way; CloudWatch must be allowed to use it. */
  keyArn: pulumi.Input<string> | undefined;
}

type Dimensions = Record<string, pulumi.Input<string>>;

export class Monitoring extends pulumi.ComponentResource {
  /** Where alarms go; subscribe to it what should hear them. */
  readonly topicArn: pulumi.Output<string>;

  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("demo-auth:monitoring:Monitoring", name, {}, opts);
    const { alarmEmail, users, api, functions, keyArn } = args;
    const topic = new aws.sns.Topic(
      `${name}-alarms`,
      { ...(keyArn !== undefined && { kmsMasterKeyId: keyArn }) },
      { parent: this },
    );
    if (alarmEmail !== undefined) {
      new aws.sns.TopicSubscription(
        `${name}-mail`,
        { topic: topic.arn, protocol: "email", endpoint: alarmEmail },
        { parent: this },
      );
    }
    const stage = { ApiName: api.apiName, Stage: api.stageName };
    const lambdas = Object.entries(functions).map(
      ([handler, { functionName }]) => [handler, { FunctionName: functionName }] as const,
    );
    apiAlarms(this, name, topic, stage);
    for (const [handler, dimensions] of lambdas) functionAlarms(this, `${name}-${handler}`, topic, dimensions);
    dashboard(this, name, { stage, lambdas: lambdas.map(([, dimensions]) => dimensions), users });
    this.topicArn = topic.arn;
    this.registerOutputs({ topicArn: topic.arn });
  }
}

function apiAlarms(parent: Monitoring, name: string, topic: aws.sns.Topic, stage: Dimensions): void {
  alarm(parent, `${name}-api-errors`, topic, {
    alarmDescription: "The API answered requests with 5XX.",
    namespace: "AWS/ApiGateway",
    metricName: "5XXError",
    dimensions: stage,
    statistic: "Sum",
    threshold: 1,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
  });
  alarm(parent, `${name}-api-latency`, topic, {
    alarmDescription: "One request in twenty took longer than two seconds.",
    namespace: "AWS/ApiGateway",
    metricName: "Latency",
    dimensions: stage,
    extendedStatistic: "p95",
    threshold: 2000,
    evaluationPeriods: 5,
    datapointsToAlarm: 3,
  });
  // How many refusals are normal depends on the clients, so CloudWatch learns it; a wave of them is a guess at tokens.
  new aws.cloudwatch.MetricAlarm(
    `${name}-api-refusals`,
    {
      alarmDescription: "Far more requests than usual were refused with 4XX.",
      comparisonOperator: "GreaterThanUpperThreshold",
      thresholdMetricId: "expected",
      evaluationPeriods: 3,
      datapointsToAlarm: 3,
      treatMissingData: "notBreaching",
      alarmActions: [topic.arn],
      okActions: [topic.arn],
      metricQueries: [
        {
          id: "refusals",
          returnData: true,
          metric: { namespace: "AWS/ApiGateway", metricName: "4XXError", dimensions: stage, stat: "Sum", period: 300 },
        },
        { id: "expected", expression: "ANOMALY_DETECTION_BAND(refusals, 3)", returnData: true },
      ],
    },
    { parent },
  );
}

function functionAlarms(parent: Monitoring, name: string, topic: aws.sns.Topic, dimensions: Dimensions): void {
  for (const [metricName, alarmDescription] of [
    ["Errors", "The function threw, or ran out of time."],
    ["Throttles", "Lambda had no room for the function."],
  ] as const) {
    alarm(parent, `${name}-${metricName.toLowerCase()}`, topic, {
      alarmDescription,
      namespace: "AWS/Lambda",
      metricName,
      dimensions,
      statistic: "Sum",
      threshold: 1,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
    });
  }
}

/** Five-minute periods; no data is no trouble, because a quiet API has none. */
function alarm(
  parent: Monitoring,
  name: string,
  topic: aws.sns.Topic,
  args: Omit<aws.cloudwatch.MetricAlarmArgs, "comparisonOperator">,
): void {
  new aws.cloudwatch.MetricAlarm(
    name,
    {
      ...args,
      period: 300,
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      treatMissingData: "notBreaching",
      alarmActions: [topic.arn],
      okActions: [topic.arn],
    },
    { parent },
  );
}

function dashboard(
  parent: Monitoring,
  name: string,
  { stage, lambdas, users }: { stage: Dimensions; lambdas: Dimensions[]; users: UserDirectory },
): void {
  const { region } = aws.getRegionOutput({}, { parent });
  const client = { UserPool: users.userPoolId, UserPoolClient: users.clientId };
  const metric = (namespace: string, metricName: string, dimensions: Dimensions, stat: string) => [
    namespace,
    metricName,
    ...Object.entries(dimensions).flat(),
    { stat },
  ];
  const widgets = [
    {
      title: "Requests and refusals",
      metrics: ["Count", "4XXError", "5XXError"].map((one) => metric("AWS/ApiGateway", one, stage, "Sum")),
    },
    {
      title: "Latency",
      metrics: ["p50", "p95", "p99"].map((stat) => metric("AWS/ApiGateway", "Latency", stage, stat)),
    },
    {
      title: "Functions",
      metrics: lambdas.flatMap((dimensions) =>
        ["Invocations", "Errors", "Throttles"].map((one) => metric("AWS/Lambda", one, dimensions, "Sum")),
      ),
    },
    {
      title: "Sign-in",
      metrics: ["SignUpSuccesses", "SignInSuccesses", "SignInThrottles", "TokenRefreshSuccesses"].map((one) =>
        metric("AWS/Cognito", one, client, "Sum"),
      ),
    },
  ];
  new aws.cloudwatch.Dashboard(
    `${name}-dashboard`,
    {
      dashboardName: `${pulumi.getProject()}-${pulumi.getStack()}`,
      dashboardBody: pulumi.jsonStringify({
        widgets: widgets.map((properties, index) => ({
          type: "metric",
          ...{ x: (index % 2) * 12, y: Math.floor(index / 2) * 6, width: 12, height: 6 },
          properties: { ...properties, region, period: 300, view: "timeSeries" },
        })),
      }),
    },
    { parent },
  );
}
