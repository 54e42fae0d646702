/**
 * A route that is gone from the table is gone from the deployed API after one `pulumi up`.
 *
 * Pulumi's engine creates and updates in the order of dependencies and deletes last
 * (https://www.pulumi.com/docs/iac/concepts/how-pulumi-works/#creation-and-deletion-order). `up` below does just that with
 * two resource graphs, on an API Gateway that keeps what its control plane keeps: an API that is changed piece by piece
 * or overwritten by an import, and deployments that are snapshots of it.
 */
import { deepEqual, equal } from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { HandlerFunction } from "../../infra/function.ts";
import { keepLogs } from "../../infra/logs.ts";
import { ProtectedApi } from "../../infra/protected-api.ts";
import { defineRoutes, type Route } from "../../infra/route-table.ts";
import { readSettings } from "../../infra/settings.ts";
import { UserDirectory } from "../../infra/user-directory.ts";
import { type Evaluation, evaluate, type RegisteredResource, stackFile } from "./support/evaluate.ts";

const list: Route = { method: "GET", path: "/transactions", handler: "transactions", scope: "transactions/read" };
const detail: Route = {
  method: "GET",
  path: "/transactions/{id}",
  handler: "transactions",
  scope: "transactions/read",
};
const write: Route = { method: "POST", path: "/transactions", handler: "transactions", scope: "transactions/write" };

function evaluateRoutes(...table: Route[]): Promise<Evaluation> {
  return evaluate("dev", stackFile("dev"), () => {
    const routes = defineRoutes(table);
    const settings = readSettings(["transactions"]);
    const logs = keepLogs(settings.logs);
    const users = new UserDirectory("users", { settings: settings.users, apiScopes: [], logs });
    const transactions = new HandlerFunction("transactions", {
      handler: "transactions",
      code: "export const handler = async () => ({ statusCode: 200 });",
      settings: settings.functions,
      environment: { CLIENT_ID: users.clientId },
      logs,
    });
    new ProtectedApi("api", { settings: settings.api, users, routes, functions: { transactions }, logs });
  });
}

/** Two methods as resources of their own: the design that this project does not use. */
function evaluateMethods(...paths: string[]): Promise<Evaluation> {
  return evaluate("dev", stackFile("dev"), () => {
    const api = new aws.apigateway.RestApi("api", {});
    const methods = paths.map(
      (path) =>
        new aws.apigateway.Method(path, {
          restApi: api.id,
          resourceId: path,
          httpMethod: "GET",
          authorization: "NONE",
        }),
    );
    const deployment = new aws.apigateway.Deployment(
      "deployment",
      { restApi: api.id, triggers: { paths: paths.join() } },
      { dependsOn: methods },
    );
    new aws.apigateway.Stage("stage", { restApi: api.id, deployment: deployment.id, stageName: "Test" });
  });
}

/** API Gateway's control plane, as far as a deployment is concerned. */
class ApiGateway {
  #methods = new Set<string>();
  #snapshot: string[] = [];
  /** What a caller reaches on the stage. */
  deployed: string[] = [];

  apply({ type, inputs }: RegisteredResource) {
    if (type === "aws:apigateway/restApi:RestApi" && inputs.body !== undefined) {
      equal(inputs.putRestApiMode, "overwrite");
      const { paths } = JSON.parse(inputs.body) as { paths: Record<string, object> };
      this.#methods = new Set(
        Object.entries(paths).flatMap(([path, item]) =>
          Object.keys(item).map((verb) => `${verb.toUpperCase()} ${path}`),
        ),
      );
    }
    if (type === "aws:apigateway/method:Method") this.#methods.add(`${inputs.httpMethod} ${inputs.resourceId}`);
    if (type === "aws:apigateway/deployment:Deployment") this.#snapshot = [...this.#methods].sort();
    if (type === "aws:apigateway/stage:Stage") this.deployed = this.#snapshot;
  }

  delete({ type, inputs }: RegisteredResource) {
    if (type === "aws:apigateway/method:Method") this.#methods.delete(`${inputs.httpMethod} ${inputs.resourceId}`);
  }
}

/** One `pulumi up` from one graph to the next: what changed in the order of dependencies, and then what is gone. */
function up(gateway: ApiGateway, before: Evaluation | undefined, after: Evaluation) {
  const changed = after.resources.filter((resource) => {
    const known = before?.resources.find(({ urn }) => urn === resource.urn);
    return !known || JSON.stringify(known.inputs) !== JSON.stringify(resource.inputs);
  });
  // A replaced deployment gets a new id, and so changes the stage that points to it.
  const replaced = changed.filter(({ type }) => type === "aws:apigateway/deployment:Deployment").map(({ urn }) => urn);
  const touched = after.resources.filter(
    (resource) => changed.includes(resource) || resource.dependencies.some((urn) => replaced.includes(urn)),
  );
  const done = new Set<string>();
  const visit = (resource: RegisteredResource) => {
    if (done.has(resource.urn)) return;
    done.add(resource.urn);
    for (const urn of resource.dependencies) visit(after.resources.find((other) => other.urn === urn)!);
    if (touched.includes(resource)) gateway.apply(resource);
  };
  for (const resource of after.resources) visit(resource);
  const kept = new Set(after.resources.map(({ urn }) => urn));
  for (const resource of before?.resources ?? []) if (!kept.has(resource.urn)) gateway.delete(resource);
}

describe("a route that is removed from the table", () => {
  it("no longer answers after one `pulumi up`", async () => {
    const gateway = new ApiGateway();
    const before = await evaluateRoutes(list, detail, write);
    up(gateway, undefined, before);
    deepEqual(gateway.deployed, ["GET /transactions", "GET /transactions/{id}", "POST /transactions"]);
    up(gateway, before, await evaluateRoutes(list));
    deepEqual(gateway.deployed, ["GET /transactions"]);
  });

  it("comes back with one `pulumi up` when it is added again", async () => {
    const gateway = new ApiGateway();
    const first = await evaluateRoutes(list, write);
    up(gateway, undefined, first);
    const second = await evaluateRoutes(list);
    up(gateway, first, second);
    up(gateway, second, await evaluateRoutes(list, write));
    deepEqual(gateway.deployed, ["GET /transactions", "POST /transactions"]);
  });

  it("would go on answering if methods were resources of their own", async () => {
    const gateway = new ApiGateway();
    const before = await evaluateMethods("/transactions", "/orders");
    up(gateway, undefined, before);
    up(gateway, before, await evaluateMethods("/transactions"));
    deepEqual(gateway.deployed, ["GET /orders", "GET /transactions"]);
  });

  it("leaves no invoke permission behind, and every route has one of its own", async () => {
    const sourcesOf = (stack: Evaluation) =>
      stack.all("aws:lambda/permission:Permission").map(({ inputs }) => inputs.sourceArn.split("/*/")[1]);
    deepEqual(sourcesOf(await evaluateRoutes(list, detail, write)), [
      "GET/transactions",
      "GET/transactions/*",
      "POST/transactions",
    ]);
    deepEqual(sourcesOf(await evaluateRoutes(list)), ["GET/transactions"]);
  });

  it("takes its new deployment from the changed definition: the one depends on the other", async () => {
    const stack = await evaluateRoutes(list);
    const deployment = stack.one("aws:apigateway/deployment:Deployment");
    const api = stack.one("aws:apigateway/restApi:RestApi");
    deepEqual(deployment.propertyDependencies.restApi, [api.urn]);
  });
});
