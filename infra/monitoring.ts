/**
 * Alarms for what a person should get up for, and a dashboard for what they look at then.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "./component.ts";
import type { HandlerFunction } from "./function.ts";
import type { ProtectedApi } from "./protected-api.ts";
import type { UserDirectory } from "./user-directory.ts";

export interface MonitoringArgs {
  /** Gets a mail to confirm, and then every alarm. */
  alarmEmail?: pulumi.Input<string>;
  users: UserDirectory;
  api: ProtectedApi;
  functions: Readonly<Record<string, HandlerFunction>>;
  /** Encrypts alarms on their way; CloudWatch must be allowed to use it. */
  keyArn?: pulumi.Input<string>;
}

/** Of what a metric is, by the names that CloudWatch has for it. */
type Dimensions = Record<string, pulumi.Input<string>>;

export class Monitoring extends Component {
  /** Where alarms go; subscribe to it what should hear them. */
  readonly topicArn: pulumi.Output<string>;

  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("monitoring:Monitoring", name, opts);
    const { alarmEmail, api, functions, keyArn } = args;
    this.topicArn = this.make(aws.sns.Topic, "alarms", { kmsMasterKeyId: keyArn }).arn;
    if (alarmEmail !== undefined) {
      const subscription = { topic: this.topicArn, protocol: "email", endpoint: alarmEmail };
      this.make(aws.sns.TopicSubscription, "mail", subscription);
    }
    const stage = { ApiName: api.apiName, Stage: api.stageName };
    this.#alarm("api-errors", "The API answered requests with 5XX.", {
      ...metricOf("AWS/ApiGateway", "5XXError", stage),
      ...anyIn2Of3,
    });
    this.#alarm("api-latency", "One request in twenty took longer than two seconds.", {
      ...metricOf("AWS/ApiGateway", "Latency", stage),
      ...{ extendedStatistic: "p95", threshold: 2000, evaluationPeriods: 5, datapointsToAlarm: 3 },
    });
    this.#refusalsAlarm(stage);
    for (const [handler, { functionName }] of Object.entries(functions)) {
      for (const [metric, description] of [
        ["Errors", "The function threw, or ran out of time."],
        ["Throttles", "Lambda had no room for the function."],
      ] as const) {
        const of = metricOf("AWS/Lambda", metric, { FunctionName: functionName });
        this.#alarm(`${handler}-${metric.toLowerCase()}`, description, { ...of, ...anyIn2Of3 });
      }
    }
    this.#dashboard(stage, args);
    this.registerOutputs({ topicArn: this.topicArn });
  }

  /** No data is no trouble, because a quiet API has none. */
  #alarm(name: string, alarmDescription: string, args: Partial<aws.cloudwatch.MetricAlarmArgs>): void {
    this.make(aws.cloudwatch.MetricAlarm, name, {
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      evaluationPeriods: 3,
      ...args,
      alarmDescription,
      treatMissingData: "notBreaching",
      alarmActions: [this.topicArn],
      okActions: [this.topicArn],
    });
  }

  /** How many refusals are normal depends on the clients, so CloudWatch learns it; a wave of them is a guess at tokens. */
  #refusalsAlarm(stage: Dimensions): void {
    this.#alarm("api-refusals", "Far more requests than usual were refused with 4XX.", {
      comparisonOperator: "GreaterThanUpperThreshold",
      thresholdMetricId: "expected",
      datapointsToAlarm: 3,
      metricQueries: [
        { id: "refusals", returnData: true, metric: { ...metricOf("AWS/ApiGateway", "4XXError", stage), stat: "Sum" } },
        { id: "expected", expression: "ANOMALY_DETECTION_BAND(refusals, 3)", returnData: true },
      ],
    });
  }

  #dashboard(stage: Dimensions, { users, functions }: MonitoringArgs): void {
    const { region } = aws.getRegionOutput({}, { parent: this });
    const client = { UserPool: users.userPoolId, UserPoolClient: users.clientId };
    const lambdas = Object.values(functions).map(({ functionName }) => ({ FunctionName: functionName }));
    const sums = (namespace: string, of: Dimensions, ...metrics: string[]) =>
      metrics.map((metric) => [namespace, metric, ...Object.entries(of).flat(), { stat: "Sum" }]);
    const latency = ["AWS/ApiGateway", "Latency", ...Object.entries(stage).flat()];
    const widgets = Object.entries({
      "Requests and refusals": sums("AWS/ApiGateway", stage, "Count", "4XXError", "5XXError"),
      Latency: ["p50", "p95", "p99"].map((stat) => [...latency, { stat }]),
      Functions: lambdas.flatMap((lambda) => sums("AWS/Lambda", lambda, "Invocations", "Errors", "Throttles")),
      "Sign-in": sums(
        ...(["AWS/Cognito", client, "SignUpSuccesses", "SignInSuccesses"] as const),
        ...["SignInThrottles", "TokenRefreshSuccesses"],
      ),
    }).map(([title, metrics], index) => ({
      type: "metric",
      ...{ x: (index % 2) * 12, y: Math.floor(index / 2) * 6, width: 12, height: 6 },
      properties: { title, metrics, region, period: 300, view: "timeSeries" },
    }));
    const dashboardName = `${pulumi.getProject()}-${pulumi.getStack()}`;
    this.make(aws.cloudwatch.Dashboard, "dashboard", {
      dashboardName,
      dashboardBody: pulumi.jsonStringify({ widgets }),
    });
  }
}

const anyIn2Of3 = { statistic: "Sum", threshold: 1, evaluationPeriods: 3, datapointsToAlarm: 2 };

/** In periods of five minutes. */
function metricOf(namespace: string, metricName: string, dimensions: Dimensions) {
  return { namespace, metricName, dimensions, period: 300 };
}
