/** Why inputs that several types of Lambda have make no difference here, each said once. */
import { type WithoutEffect, withoutEffect } from "../contract.ts";

export const unseenByCallers: WithoutEffect = withoutEffect("whoever invokes the function does not see it");
export const forPulumi: WithoutEffect = withoutEffect("it decides when Pulumi deploys anew");
export const nothingIsDestroyed: WithoutEffect = withoutEffect("nothing is destroyed here");
