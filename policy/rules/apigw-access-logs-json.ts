import { stageType } from "../rest-apis.ts";
import type { ResourceRule } from "../rule.ts";

export default {
  kind: "resource",
  name: "apigw-access-logs-json",
  description: "Every request leaves a line of JSON in the access log, without addresses of people.",
  why: "Without it nobody can say afterwards who called what; with too much in it the log itself is a leak.",
  answersTo: ["cdk-nag AwsSolutions-APIG1"],
  level: "mandatory",
  types: [stageType],
  check({ accessLogSettings: settings }) {
    if (!settings?.destinationArn) return "The stage has no accessLogSettings; set them.";
    if (!isJsonObject(settings.format)) return "accessLogSettings.format is not a JSON object; write it as one.";
    const leak = /\$context\.authorizer\.claims\.(?:email|phone_number)\b/.test(settings.format);
    return leak ? "accessLogSettings.format logs an e-mail address or a phone number; remove it." : undefined;
  },
} satisfies ResourceRule;

function isJsonObject(format: unknown): boolean {
  try {
    const parsed: unknown = JSON.parse(String(format));
    return parsed !== null && typeof parsed === "object" && !Array.isArray(parsed);
  } catch {
    return false;
  }
}
