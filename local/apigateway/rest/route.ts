/** What the router finds for a request. */
import type { ApiResourceModel, MethodModel } from "../../model.ts";

export interface Route {
  resource: ApiResourceModel;
  method: MethodModel;
}
