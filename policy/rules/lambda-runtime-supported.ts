import type { ResourceRule } from "../rule.ts";

export default {
  kind: "resource",
  name: "lambda-runtime-supported",
  description: "Functions run on a Node.js that AWS still patches.",
  why: "A retired runtime gets no security fixes, and soon cannot be deployed at all.",
  answersTo: ["cdk-nag AwsSolutions-L1", "Security Hub Lambda.2"],
  level: "mandatory",
  types: ["aws:lambda/function:Function"],
  check({ runtime }) {
    const major = /^nodejs(\d+)/.exec(runtime ?? "")?.[1];
    // nodejs20.x: deprecated 2026-04-30, not created any more since 2026-08-31.
    return major !== undefined && Number(major) < 22 ? `runtime is ${runtime}; use nodejs24.x.` : undefined;
  },
} satisfies ResourceRule;
