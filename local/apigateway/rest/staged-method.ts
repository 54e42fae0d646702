/** One method on one stage: what its requests have in common, worked out at the first of them. */
import type { IntegrationModel, StageModel } from "../../model.ts";
import type { TokenBucket } from "../shared/token-bucket.ts";
import { methodBucket } from "./method-bucket.ts";
import type { Route } from "./route.ts";

export class StagedMethod {
  /** `undefined`: no limit */
  readonly bucket: TokenBucket | undefined;
  /** The integration's URI with the stage's variables in it; `undefined` without an integration, or one without a URI. */
  readonly uri: string | undefined;
  /** The function behind it. */
  readonly functionArn: string | undefined;
  /** The first mapping onto a field that API Gateway does not let be mapped. */
  readonly refusedMapping: string | undefined;
  /** The integration's function was found to have the permission. */
  mayInvoke = false;

  /** @param now milliseconds since the epoch, when the throttle's bucket is full */
  constructor(stage: StageModel, { resource, method }: Route, now: number) {
    this.bucket = methodBucket(stage, resource.path, method.httpMethod, now);
    const { integration } = method;
    this.uri = uriOnStage(integration?.uri, stage);
    // Where a stage variable is part of it, only the stage knows which function is meant.
    const isOfStage = this.uri !== integration?.uri;
    this.functionArn = isOfStage ? functionOnStage(integration?.uri, stage) : integration?.functionArn;
    this.refusedMapping = integration && refusedMapping(integration);
  }
}

/** @returns the ARN of the function behind a URI, the stage's variables filled in; `undefined` when it names none */
export function functionOnStage(uri: string | undefined, stage: StageModel): string | undefined {
  return /\/functions\/(.+)\/invocations$/.exec(uriOnStage(uri, stage) ?? "")?.[1];
}

function uriOnStage(uri: string | undefined, stage: StageModel): string | undefined {
  return uri?.replace(STAGE_VARIABLE, (_, name) => stage.variables[name] ?? "");
}

const STAGE_VARIABLE = /\$\{stageVariables\.([\w-]+)\}/g;

/** Of every integration, and of those that call a function (recorded on AWS, test_apigateway_header_remapping, 2024-12). */
const NEVER_MAPPED = ["content-length", "transfer-encoding"];
const NOT_MAPPED_FOR_FUNCTIONS = ["authorization", "connection", "expect", "proxy-authenticate", "te"];

function refusedMapping({ type, requestParameters }: IntegrationModel): string | undefined {
  const refused = type.startsWith("AWS") ? [...NEVER_MAPPED, ...NOT_MAPPED_FOR_FUNCTIONS] : NEVER_MAPPED;
  return Object.keys(requestParameters).find((target) => {
    const header = /^integration\.request\.header\.(.+)$/i.exec(target)?.[1];
    return header !== undefined && refused.includes(header.toLowerCase());
  });
}

/** The methods of an API that were asked for, by their stage and route. */
export class StagedMethods {
  readonly #known = new WeakMap<StageModel, WeakMap<Route, StagedMethod>>();

  get(stage: StageModel, route: Route, now: number): StagedMethod {
    let methods = this.#known.get(stage);
    if (!methods) {
      methods = new WeakMap();
      this.#known.set(stage, methods);
    }
    let method = methods.get(route);
    if (!method) {
      method = new StagedMethod(stage, route, now);
      methods.set(route, method);
    }
    return method;
  }
}
