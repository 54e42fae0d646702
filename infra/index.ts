/**
 * An API Gateway REST API that only signed-in users of a Cognito user pool can call.
 * Settings in `settings.ts`, routes in `routes.ts`; the stack outputs are what the `demo-auth` command line reads.
 */
import * as aws from "@pulumi/aws";
import { apiGatewayAccountRole } from "./account-role.ts";
import { Firewall } from "./firewall.ts";
import { bundle, deployFunctions } from "./function.ts";
import { keepLogs } from "./logs.ts";
import { Monitoring } from "./monitoring.ts";
import { ProtectedApi } from "./protected-api.ts";
import { handlersOf, scopesOf } from "./route-table.ts";
import { routes as routeTable } from "./routes.ts";
import { readSettings } from "./settings.ts";
import { UserDirectory } from "./user-directory.ts";

const handlers = handlersOf(routeTable);
const settings = readSettings(handlers);
// In a process of its own, while the directory of users is declared.
const bundling = bundle(handlers, settings.functions.runtime);
const { client } = settings.users;
const logs = keepLogs(settings.logs);

const users = new UserDirectory("users", {
  settings: settings.users,
  apiScopes: client.signIn.tokenUse === "access" ? scopesOf(routeTable) : [],
  logs,
});
const functions = deployFunctions(await bundling, {
  settings: settings.functions,
  environment: { CLIENT_ID: users.clientId, ALLOWED_ORIGIN: settings.api.allowedOrigin },
  logs,
});
const accountRole = settings.api.accountRole === "managed" ? await apiGatewayAccountRole("api-account") : undefined;
const api = new ProtectedApi("api", {
  settings: settings.api,
  users,
  routes: routeTable,
  functions,
  logs,
  accountRole,
});

if (settings.firewall) {
  const protects = { stage: api.stageArn, pool: users.userPoolArn };
  new Firewall("firewall", { settings: settings.firewall, protects, logs });
}
if (settings.monitoring) {
  new Monitoring("monitoring", { settings: settings.monitoring, users, api, functions, keyArn: logs.keyArn });
}
if (settings.auditTrail) (await import("./audit-trail.ts")).auditTrail("audit", settings.auditTrail);

export const region = aws.getRegionOutput().region;
export const { userPoolId, clientId, hostedUiUrl, issuer, scopes } = users;
export const apiUrl = api.url;
export const { callbackUrls, logoutUrls } = client;
export const { flow, tokenUse } = client.signIn;
export const routes = routeTable.map(({ method, path }) => `${method} ${path}`);
