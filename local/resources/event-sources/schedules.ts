/** EventBridge: rules with their targets, and schedules (PutTargets, CreateSchedule). */
import type { Resource } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import type { EventSourceModel } from "../../model.ts";
import type { CloudBuilder } from "../cloud-builder.ts";
import { map, text } from "../resource-type.ts";
import { addEventSource, type DeclareEventSource } from "./event-source.ts";

export const eventTarget: DeclareEventSource = (resource, cloud) => {
  const { inputs } = resource;
  cloud.atTheEnd(resource, () => {
    const rule = ruleOf(inputs, cloud);
    const pattern = text(rule?.inputs.eventPattern);
    addEventSource(resource, cloud, text(inputs.arn) ?? "", {
      kind: "EventBridge rule",
      what: text(rule?.inputs.scheduleExpression) ?? pattern ?? `rule ${text(inputs.rule)}`,
      arn: text(rule?.outputs.arn) ?? "",
      invokedBy: inputs.roleArn ? undefined : "events",
      enabled: text(rule?.inputs.state) !== "DISABLED" && rule?.inputs.isEnabled !== false,
      sample: { pattern, ...inputOf(inputs) },
    });
  });
};

function ruleOf({ rule, eventBusName }: Values, { resources }: CloudBuilder): Resource | undefined {
  return resources.find(
    ({ type, inputs, outputs }) =>
      type === "aws:cloudwatch/eventRule:EventRule" &&
      outputs.name === rule &&
      (text(inputs.eventBusName) ?? "default") === (text(eventBusName) ?? "default"),
  );
}

function inputOf({ input, inputPath, inputTransformer }: Values): EventSourceModel["sample"] {
  const { inputPaths, inputTemplate } = map<unknown>(inputTransformer);
  return {
    input: text(input),
    inputPath: text(inputPath),
    ...(inputTemplate !== undefined && {
      inputTransformer: { paths: map(inputPaths), template: String(inputTemplate) },
    }),
  };
}

export const schedule: DeclareEventSource = (resource, cloud) => {
  const { inputs, outputs } = resource;
  const target = map<unknown>(inputs.target);
  cloud.atTheEnd(resource, () =>
    addEventSource(resource, cloud, text(target.arn) ?? "", {
      kind: "EventBridge Scheduler",
      what: text(inputs.scheduleExpression) ?? "",
      arn: text(outputs.arn) ?? "",
      // It acts in a role of its own.
      invokedBy: undefined,
      enabled: text(inputs.state) !== "DISABLED",
      sample: { input: text(target.input) },
    }),
  );
};
