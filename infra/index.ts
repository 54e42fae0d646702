/**
 * An API Gateway REST API that only signed-in users of a Cognito user pool can call.
 * Settings in `settings.ts`, routes in `routes.ts`; the stack outputs are what the `demo-auth` command line reads.
 */
import * as aws from "@pulumi/aws";
import { HandlerFunction } from "./function.ts";
import { keepLogs } from "./logs.ts";
import { ProtectedApi } from "./protected-api.ts";
import { routes as routeTable } from "./routes.ts";
import { readSettings } from "./settings.ts";
import { UserDirectory } from "./user-directory.ts";

const handlers = [...new Set(routeTable.map((route) => route.handler))];
const settings = readSettings(handlers);
const { client } = settings.users;
const logs = keepLogs(settings.logs);

const users = new UserDirectory("users", {
  settings: settings.users,
  apiScopes: client.signIn.tokenUse === "access" ? routeTable.map((route) => route.scope) : [],
  logs,
});

const environment = { CLIENT_ID: users.clientId, ALLOWED_ORIGIN: settings.api.allowedOrigin };
const functions = Object.fromEntries(
  handlers.map((handler) => [
    handler,
    new HandlerFunction(handler, { handler, settings: settings.functions, environment, logs }),
  ]),
);

const api = new ProtectedApi("api", { settings: settings.api, users, routes: routeTable, functions, logs });

export const region = aws.getRegionOutput().region;
export const { userPoolId, clientId, hostedUiUrl, issuer, scopes } = users;
export const apiUrl = api.url;
export const { callbackUrls, logoutUrls } = client;
export const { flow, tokenUse } = client.signIn;
export const routes = routeTable.map(({ method, path }) => `${method} ${path}`);
