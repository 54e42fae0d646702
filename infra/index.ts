/**
 * An API Gateway REST API that only signed-in users of a Cognito user pool can call.
 * Settings in `settings.ts`, routes in `routes.ts`; the stack outputs are what the `demo-auth` command line reads.
 */
import * as aws from "@pulumi/aws";
import { HandlerFunction } from "./function.ts";
import { ProtectedApi } from "./protected-api.ts";
import { routes } from "./routes.ts";
import { readSettings } from "./settings.ts";
import { UserDirectory } from "./user-directory.ts";

const handlers = [...new Set(routes.map((route) => route.handler))];
const settings = readSettings(handlers);
const { signIn } = settings.users.client;

const apiScopes = signIn.tokenUse === "access" ? routes.map((route) => route.scope) : [];
const users = new UserDirectory("users", settings.users, apiScopes);
const functions = new Map(
  handlers.map((handler) => [handler, new HandlerFunction(handler, handler, settings.functions)]),
);
const api = new ProtectedApi("api", { settings: settings.api, users, routes, functions });

export const region = aws.getRegionOutput().region;
export const { userPoolId, clientId, hostedUiUrl, issuer, scopes } = users;
export const apiUrl = api.url;
export const { callbackUrls, logoutUrls } = settings.users.client;
export const { flow, tokenUse } = signIn;
export { routeList as routes };

const routeList = routes.map(({ method, path }) => `${method} ${path}`);
