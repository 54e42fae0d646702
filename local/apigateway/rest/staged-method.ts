/** One method on one stage: what its requests have in common, worked out at the first of them. */
import type { StageModel } from "../../model.ts";
import type { Route } from "./route.ts";
import { methodBucket, type TokenBucket } from "./token-bucket.ts";

export class StagedMethod {
  /** `undefined`: no limit */
  readonly bucket: TokenBucket | undefined;
  /** As JSON text, for the event of a function. */
  readonly json: Readonly<Record<"resourceId" | "resourcePath" | "stage" | "stageVariables" | "deploymentId", string>>;
  /** The integration's function was found to have the permission. */
  mayInvoke = false;

  /** @param now milliseconds since the epoch, when the throttle's bucket is full */
  constructor(stage: StageModel, { resource, method }: Route, now: number) {
    this.bucket = methodBucket(stage, resource.path, method.httpMethod, now);
    const { id, path } = resource;
    this.json = {
      resourceId: JSON.stringify(id),
      resourcePath: JSON.stringify(path),
      stage: JSON.stringify(stage.name),
      stageVariables: Object.keys(stage.variables).length === 0 ? "null" : JSON.stringify(stage.variables),
      deploymentId: JSON.stringify(stage.deploymentId),
    };
  }
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
