/**
 * A route that is gone from the table is gone from the deployed API after one `pulumi up`; and after the next one when that
 * one failed half-way.
 *
 * `Stack.up` below plays the order of Pulumi's engine (https://www.pulumi.com/docs/iac/concepts/how-pulumi-works/#creation-and-deletion-order)
 * and the provider's rules on failures, on an API Gateway that keeps what its control plane keeps: an API that is changed
 * piece by piece or overwritten by an import, and deployments that are snapshots of it. It is played with the program, and
 * with two designs that this project does not use, so that the choice stays shown (docs/adr/0010-api-as-a-document.md).
 */
import { deepEqual, equal, throws } from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { ProtectedApi } from "../../infra/protected-api.ts";
import { defineRoutes, type Route } from "../../infra/route-table.ts";
import { readSettings } from "../../infra/settings/settings.ts";
import { UserDirectory } from "../../infra/user-directory.ts";
import { type Evaluation, evaluate, type RegisteredResource, stackFile, type Wire } from "./support/evaluate.ts";

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
    const { users: directory, api } = readSettings(["transactions"]);
    const users = new UserDirectory("users", directory);
    new ProtectedApi("api", { ...api, users, routes });
  });
}

/** Two methods as resources of their own: a design that this project does not use. */
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

/** The document as an input of the API itself: another design that this project does not use. */
function evaluateBody(...paths: string[]): Promise<Evaluation> {
  return evaluate("dev", stackFile("dev"), () => {
    const body = JSON.stringify({ paths: Object.fromEntries(paths.map((path) => [path, { get: {} }])) });
    const api = new aws.apigateway.RestApi("api", { body, putRestApiMode: "overwrite" });
    const deployment = new aws.apigateway.Deployment("deployment", { restApi: api.id, triggers: { body } });
    new aws.apigateway.Stage("stage", { restApi: api.id, deployment: deployment.id, stageName: "Test" });
  });
}

/** API Gateway's control plane, as far as a deployment is concerned. */
class ApiGateway {
  #methods = new Set<string>();
  #snapshots = new Map<number, string[]>();
  #deployment = 0;
  /** The next call of this kind is refused, as a throttled one is. */
  refuses: "PutRestApi" | "CreateDeployment" | "UpdateStage" | undefined;

  #answer(call: ApiGateway["refuses"]) {
    if (this.refuses !== call) return;
    this.refuses = undefined;
    throw new Error(`TooManyRequestsException: ${call}`);
  }

  put(body: string) {
    this.#answer("PutRestApi");
    const { paths } = JSON.parse(body) as { paths: Record<string, object> };
    const methods = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((verb) => `${verb.toUpperCase()} ${path}`),
    );
    this.#methods = new Set(methods);
  }

  addMethod(method: string) {
    this.#methods.add(method);
  }

  deleteMethod(method: string) {
    this.#methods.delete(method);
  }

  createDeployment(): number {
    this.#answer("CreateDeployment");
    this.#snapshots.set(this.#snapshots.size + 1, [...this.#methods].sort());
    return this.#snapshots.size;
  }

  updateStage(deployment: number) {
    this.#answer("UpdateStage");
    this.#deployment = deployment;
  }

  get stageDeployment(): number {
    return this.#deployment;
  }

  /** What a caller reaches on the stage. */
  get deployed(): string[] {
    return this.#snapshots.get(this.#deployment) ?? [];
  }
}

const types = {
  api: "aws:apigateway/restApi:RestApi",
  put: "aws:apigateway/restApiPut:RestApiPut",
  method: "aws:apigateway/method:Method",
  deployment: "aws:apigateway/deployment:Deployment",
  stage: "aws:apigateway/stage:Stage",
};

/** What Pulumi remembers of a stack, and how it takes it from one graph to the next. */
class Stack {
  readonly gateway = new ApiGateway();
  readonly #state = new Map<string, { type: string; inputs: Wire; deployment?: number }>();

  /**
   * One `pulumi up`: what changed in the order of dependencies, and then what is gone.
   * @throws the first refusal, and leaves in the state what the provider leaves there
   */
  up({ resources }: Evaluation) {
    const done = new Set<string>();
    const visit = (resource: RegisteredResource) => {
      if (done.has(resource.urn)) return;
      done.add(resource.urn);
      for (const urn of resource.dependencies) visit(resources.find((other) => other.urn === urn)!);
      this.#step(resource);
    };
    for (const resource of resources) visit(resource);
    for (const [urn, { type, inputs }] of this.#state) {
      if (done.has(urn)) continue;
      if (type === types.method) this.gateway.deleteMethod(`${inputs.httpMethod} ${inputs.resourceId}`);
      this.#state.delete(urn);
    }
  }

  /** `pulumi refresh`. Of a stage the provider reads its deployment; no resource reads a document back. */
  refresh() {
    for (const known of this.#state.values()) {
      if (known.type === types.stage) known.inputs = { ...known.inputs, deployment: this.gateway.stageDeployment };
    }
  }

  #step({ urn, type, inputs: registered }: RegisteredResource) {
    const deployment = [...this.#state.values()].find((known) => known.type === types.deployment)?.deployment;
    const inputs = type === types.stage ? { ...registered, deployment } : registered;
    const known = this.#state.get(urn);
    // No difference: nothing is sent, even when the last update failed.
    if (known && JSON.stringify(known.inputs) === JSON.stringify(inputs)) return;
    const next: { type: string; inputs: Wire; deployment?: number } = { type, inputs };
    // Of an API or a stage whose creation or update failed the state keeps the new inputs; what is only ever created and
    // replaced (RestApiPut, Deployment) comes into the state when it is done.
    if (type !== types.put && type !== types.deployment) this.#state.set(urn, next);
    if (type === types.api && inputs.body !== undefined) this.gateway.put(inputs.body);
    if (type === types.put) this.gateway.put(inputs.body);
    if (type === types.method) this.gateway.addMethod(`${inputs.httpMethod} ${inputs.resourceId}`);
    if (type === types.deployment) next.deployment = this.gateway.createDeployment();
    if (type === types.stage) this.gateway.updateStage(inputs.deployment);
    this.#state.set(urn, next);
  }
}

const throttled = /TooManyRequestsException/;

describe("a route that is removed from the table", () => {
  it("no longer answers after one `pulumi up`", async () => {
    const stack = new Stack();
    stack.up(await evaluateRoutes(list, detail, write));
    deepEqual(stack.gateway.deployed, ["GET /transactions", "GET /transactions/{id}", "POST /transactions"]);
    stack.up(await evaluateRoutes(list));
    deepEqual(stack.gateway.deployed, ["GET /transactions"]);
  });

  it("comes back with one `pulumi up` when it is added again", async () => {
    const stack = new Stack();
    stack.up(await evaluateRoutes(list, write));
    stack.up(await evaluateRoutes(list));
    stack.up(await evaluateRoutes(list, write));
    deepEqual(stack.gateway.deployed, ["GET /transactions", "POST /transactions"]);
  });

  it("would go on answering if methods were resources of their own", async () => {
    const stack = new Stack();
    stack.up(await evaluateMethods("/transactions", "/orders"));
    stack.up(await evaluateMethods("/transactions"));
    deepEqual(stack.gateway.deployed, ["GET /orders", "GET /transactions"]);
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
    equal(stack.one(types.deployment).dependencies.includes(stack.one(types.put).urn), true);
  });
});

describe("an `up` that failed", () => {
  for (const call of ["PutRestApi", "CreateDeployment"] as const) {
    it(`at ${call} is made up for by the next one: the removed route is gone, the added one is there`, async () => {
      const stack = new Stack();
      stack.up(await evaluateRoutes(list, write));
      const changed = await evaluateRoutes(list, detail);
      stack.gateway.refuses = call;
      throws(() => stack.up(changed), throttled);
      deepEqual(stack.gateway.deployed, ["GET /transactions", "POST /transactions"]);
      stack.up(changed);
      deepEqual(stack.gateway.deployed, ["GET /transactions", "GET /transactions/{id}"]);
    });

    it(`at ${call} in a first deployment is made up for by the next one`, async () => {
      const stack = new Stack();
      const first = await evaluateRoutes(list);
      stack.gateway.refuses = call;
      throws(() => stack.up(first), throttled);
      deepEqual(stack.gateway.deployed, []);
      stack.up(first);
      deepEqual(stack.gateway.deployed, ["GET /transactions"]);
    });
  }

  it("at the stage is made up for with `up --refresh`, as docs/operations.md says", async () => {
    const stack = new Stack();
    stack.up(await evaluateRoutes(list, write));
    const changed = await evaluateRoutes(list);
    stack.gateway.refuses = "UpdateStage";
    throws(() => stack.up(changed), throttled);
    stack.up(changed);
    deepEqual(stack.gateway.deployed, ["GET /transactions", "POST /transactions"]);
    stack.refresh();
    stack.up(changed);
    deepEqual(stack.gateway.deployed, ["GET /transactions"]);
  });

  it("would be forgotten if the document were an input of the API, even by `up --refresh`", async () => {
    const stack = new Stack();
    stack.up(await evaluateBody("/transactions", "/orders"));
    const changed = await evaluateBody("/transactions", "/invoices");
    stack.gateway.refuses = "PutRestApi";
    throws(() => stack.up(changed), throttled);
    stack.refresh();
    stack.up(changed);
    deepEqual(stack.gateway.deployed, ["GET /orders", "GET /transactions"]);

    const fresh = new Stack();
    fresh.gateway.refuses = "PutRestApi";
    throws(() => fresh.up(changed), throttled);
    fresh.up(changed);
    deepEqual(fresh.gateway.deployed, []);
  });
});
