/** The components as another Pulumi program uses them: `import { ProtectedApi, UserDirectory } from "demo-auth/infra"`. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import {
  HandlerFunction,
  ProtectedApi,
  type Route,
  scopesOf,
  UserDirectory,
  type UserDirectoryArgs,
} from "../../infra/components.ts";
import { violationsOf } from "../../policy/rule.ts";
import { rules } from "../../policy/rules/index.ts";
import { buildComponents } from "../../scripts/build-components.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { evaluate } from "./support/evaluate.ts";

const types = {
  pool: "aws:cognito/userPool:UserPool",
  client: "aws:cognito/userPoolClient:UserPoolClient",
  domain: "aws:cognito/userPoolDomain:UserPoolDomain",
  api: "aws:apigateway/restApi:RestApi",
  put: "aws:apigateway/restApiPut:RestApiPut",
  stage: "aws:apigateway/stage:Stage",
  lambda: "aws:lambda/function:Function",
  role: "aws:iam/role:Role",
};

const routes: Route[] = [{ method: "GET", path: "/transactions", handler: "transactions", scope: "transactions/read" }];
const program = (build: () => void) => evaluate("shop", {}, build);

describe("the components without any option", () => {
  for (const [what, scopes, security] of [
    ["ID tokens of this client only", [], []],
    ["access tokens with the route's scope", scopesOf(routes), ["transactions/read"]],
  ] as const) {
    it(`make an API that takes ${what}, and keeps every mandatory rule but the one that costs money`, async () => {
      const stack = await program(() => {
        const users = new UserDirectory("users", { scopes });
        new ProtectedApi("api", { users, routes });
      });
      const resources = stack.resources.map(({ outputs, ...resource }) => ({ ...resource, props: outputs }));
      const broken = rules
        .filter(({ level }) => level === "mandatory")
        .flatMap((rule) => violationsOf(rule, resources).map(() => rule.name));
      deepEqual(broken, ["cognito-threat-protection"]);
      const { paths } = JSON.parse(stack.one(types.put).inputs.body);
      deepEqual(paths["/transactions"].get.security, [{ users: security }]);
      deepEqual(stack.one(types.client).inputs.allowedOauthFlows, ["code"]);
      deepEqual(stack.one(types.lambda).inputs.environment.variables, { CLIENT_ID: "users-client-id" });
    });
  }

  it("make a pool that administrators fill, that asks for a second factor, and that nothing deletes by accident", async () => {
    const stack = await program(() => new UserDirectory("users"));
    const { inputs, protect } = stack.one(types.pool);
    equal(inputs.adminCreateUserConfig.allowAdminCreateUserOnly, true);
    deepEqual([inputs.mfaConfiguration, inputs.deletionProtection, protect], ["ON", "ACTIVE", true]);
    deepEqual([inputs.passwordPolicy.minimumLength, inputs.passwordPolicy.passwordHistorySize], [14, 5]);
  });

  it("put each handler's function below the API, and take one that is there", async () => {
    const stack = await program(() => {
      const users = new UserDirectory("users");
      const transactions = new HandlerFunction("transactions", { memoryMb: 512 });
      new ProtectedApi("api", { users, routes, functions: { transactions } });
    });
    equal(stack.one(types.lambda).inputs.memorySize, 512);
  });

  it("stand before a pool that exists, of which only ARN and client are known", async () => {
    const stack = await program(() => {
      const users = { userPoolArn: pulumi.output("arn:of:a:pool"), clientId: pulumi.output("client1") };
      new ProtectedApi("api", { users, routes });
    });
    const { users } = JSON.parse(stack.one(types.put).inputs.body).components.securitySchemes;
    deepEqual(users["x-amazon-apigateway-authorizer"], {
      type: "cognito_user_pools",
      providerARNs: ["arn:of:a:pool"],
      identityValidationExpression: "^client1$",
    });
  });
});

describe("the published module of the components", () => {
  it("has types for what it takes, for ES modules and for CommonJS", async () => {
    const folder = temporaryDirectory();
    await buildComponents(folder);
    for (const name of ["infra/components.d.ts", "infra/components.d.cts"]) {
      equal(readFileSync(join(folder, name), "utf8").includes("type UserDirectoryArgs"), true, name);
    }
    const imported = (name: string) =>
      readFileSync(join(folder, "infra", name), "utf8").matchAll(/"\.\/([\w-]+)\.js"/g);
    const files = readdirSync(join(folder, "infra")).filter((name) => name.endsWith(".d.ts"));
    const missing = files.flatMap((name) => [...imported(name)].map(([, module]) => `${module}.d.ts`));
    deepEqual(new Set(missing.filter((name) => !files.includes(name))), new Set());
  });
});

describe("the components' arguments", () => {
  const neither = "which is neither https nor http on localhost, 127.0.0.1 or [::1]; use one of these.";
  const prefixRule =
    "use 1 to 63 lower-case letters, digits and inner hyphens, without the words aws, amazon, cognito, which Cognito reserves.";
  const refused: [what: string, args: UserDirectoryArgs, sentence: string][] = [
    [
      "a callback over plain http",
      { client: { callbackUrls: ["https://app.example.com/", "http://evil"] } },
      `users: client.callbackUrls has "http://evil", ${neither}`,
    ],
    [
      "a callback that another resource gives, as soon as it is known",
      { client: { callbackUrls: [pulumi.output("http://evil")] } },
      `users: client.callbackUrls has "http://evil", ${neither}`,
    ],
    [
      "a list of sign-out addresses that another resource gives",
      { client: { logoutUrls: Promise.resolve(["https://app.example.com/#/out"]) } },
      'users: client.logoutUrls has "https://app.example.com/#/out", which has a fragment; remove the # and what follows.',
    ],
    [
      "a callback with a wildcard",
      { client: { callbackUrls: ["https://*.example.com/"] } },
      'users: client.callbackUrls has "https://*.example.com/", which has a wildcard; Cognito compares whole addresses, so give each one.',
    ],
    [
      "a domain prefix in upper case",
      { domain: { prefix: "My-App" } },
      `users: domain.prefix has "My-App"; ${prefixRule}`,
    ],
    [
      "a domain prefix with a reserved word that another resource gives",
      { domain: { prefix: pulumi.output("my-cognito") } },
      `users: domain.prefix has "my-cognito"; ${prefixRule}`,
    ],
  ];
  for (const [what, args, sentence] of refused) {
    it(`are refused for ${what}, with the fix`, () =>
      rejects(
        program(() => new UserDirectory("users", args)),
        (error: Error) => error.message.includes(sentence) && pulumi.RunError.isInstance(error),
      ));
  }

  it("may turn out not to be given: Cognito decides then, and nothing waits", async () => {
    const prefix = pulumi.output(undefined as unknown as string);
    const stack = await program(() => new UserDirectory("users", { domain: { prefix } }));
    equal("domain" in stack.one(types.domain).inputs, false);
  });

  it("are refused for an origin of pages that is every origin", () =>
    rejects(
      program(() => {
        const users = { userPoolArn: "arn:of:a:pool", clientId: "client1" };
        new ProtectedApi("api", { users, routes, allowedOrigin: "*" });
      }),
      {
        message:
          'api: allowedOrigin has "*"; give one origin like https://app.example.com or http://localhost:3000, without a slash at the end.',
      },
    ));

  it("may be outputs of other resources", async () => {
    const stack = await program(() => {
      const users = new UserDirectory("users", {
        name: pulumi.output("Pool"),
        selfSignUp: pulumi.output(true),
        password: { minimumLength: pulumi.output(20) },
        domain: { prefix: pulumi.output("my-shop") },
        client: { callbackUrls: pulumi.output(["https://app.example.com/"]), tokens: { idMinutes: pulumi.output(5) } },
      });
      const transactions = new HandlerFunction("transactions", { timeoutSeconds: pulumi.output(3) });
      new ProtectedApi("api", { users, routes, functions: { transactions }, name: pulumi.output("Api") });
    });
    const { name, adminCreateUserConfig, passwordPolicy } = stack.one(types.pool).inputs;
    deepEqual(
      [name, adminCreateUserConfig.allowAdminCreateUserOnly, passwordPolicy.minimumLength],
      ["Pool", false, 20],
    );
    deepEqual(stack.one(types.client).inputs.callbackUrls, ["https://app.example.com/"]);
    equal(stack.one(types.client).inputs.idTokenValidity, 5);
    equal(stack.one(types.domain).inputs.domain, "my-shop");
    const { paths, info } = JSON.parse(stack.one(types.put).inputs.body);
    equal(info.title, "Api");
    equal(paths["/transactions"].get["x-amazon-apigateway-integration"].timeoutInMillis, 4000);
  });

  it("reach past themselves with a transform, of properties or as a function that sees the options too", async () => {
    const stack = await program(() => {
      const users = new UserDirectory("users", {
        transform: {
          pool: { tags: { team: "shop" } },
          client: (args, opts) => {
            args.authSessionValidity = 15;
            opts.protect = false;
          },
          domain: { managedLoginVersion: 1 },
        },
      });
      const transactions = new HandlerFunction("transactions", {
        transform: { function: { memorySize: 1024 }, role: { path: "/shop/" } },
      });
      new ProtectedApi("api", {
        ...{ users, routes, functions: { transactions } },
        transform: {
          api: { description: "Orders" },
          stage: (args) => Object.assign(args, { variables: { color: "blue" } }),
        },
      });
    });
    deepEqual(stack.one(types.pool).inputs.tags, { team: "shop" });
    deepEqual([stack.one(types.client).inputs.authSessionValidity, stack.one(types.client).protect], [15, false]);
    equal(stack.one(types.domain).inputs.managedLoginVersion, 1);
    equal(stack.one(types.lambda).inputs.memorySize, 1024);
    equal(stack.one(types.role).inputs.path, "/shop/");
    equal(stack.one(types.api).inputs.description, "Orders");
    deepEqual(stack.one(types.stage).inputs.variables, { color: "blue" });
  });
});
