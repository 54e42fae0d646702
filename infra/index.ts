/**
 * An API Gateway REST API that only signed-in users of a Cognito user pool can call.
 * Settings in `settings/table.ts`, routes in `routes.ts`; the stack outputs are what the `demo-auth` command line reads.
 */
import * as aws from "@pulumi/aws";
import { apiGatewayAccountRole } from "./account-role.ts";
import { Firewall } from "./firewall.ts";
import { HandlerFunction } from "./function.ts";
import { encryptionKey } from "./logs.ts";
import { Monitoring } from "./monitoring.ts";
import { handlerEnvironment, ProtectedApi } from "./protected-api.ts";
import { handlersOf, scopesOf } from "./route-table.ts";
import { routes as routeTable } from "./routes.ts";
import { readSettings } from "./settings/settings.ts";
import { UserDirectory } from "./user-directory.ts";

const handlers = handlersOf(routeTable);
const settings = readSettings(handlers);
const { encryptionKey: key } = settings;
const keyArn = key === "aws" ? undefined : key === "managed" ? encryptionKey("logs-key").arn : key;
const logs = { ...settings.logs, keyArn };

const users = new UserDirectory("users", { ...settings.users, scopes: scopesOf(routeTable), logs });

const environment = handlerEnvironment({ ...settings.api, users });
const functions = Object.fromEntries(
  handlers.map((handler) => {
    const name = settings.functionNames[handler];
    return [handler, new HandlerFunction(handler, { ...settings.functions, name, environment, logs })];
  }),
);

const accountRole = settings.apiLogs === "managed" ? await apiGatewayAccountRole("api-account") : undefined;
const accessLogs = settings.apiLogs !== "off";
const api = new ProtectedApi("api", {
  ...settings.api,
  users,
  routes: routeTable,
  functions,
  accessLogs,
  accountRole,
  logs,
});

if (settings.firewall) {
  new Firewall("firewall", { ...settings.firewall, protects: { stage: api.stageArn, pool: users.userPoolArn }, logs });
}
if (settings.monitoring) new Monitoring("monitoring", { ...settings.monitoring, users, api, functions, keyArn });
if (settings.auditTrail) (await import("./audit-trail.ts")).auditTrail("audit", settings.auditTrail);

export const region = aws.getRegionOutput().region;
export const { userPoolId, clientId, hostedUiUrl, issuer, scopes, flow, tokenUse, callbackUrls, logoutUrls } = users;
export const apiUrl = api.url;
export const routes = routeTable.map(({ method, path }) => `${method} ${path}`);
