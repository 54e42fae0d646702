/** One request to an HTTP API on its way through the chain, and the answer that comes of it. */
import type { HttpApiModel, HttpIntegrationModel, HttpRouteModel, HttpStageModel } from "../../model.ts";
import type { IamCaller } from "../../permissions/access-key.ts";
import type { RequestHeaders } from "../shared/request-headers.ts";

export interface HttpExchange {
  readonly api: HttpApiModel;
  /** Sixteen characters, `apigw-requestid` */
  readonly requestId: string;
  readonly traceId: string;
  /** Milliseconds since the epoch */
  readonly receivedAt: number;
  readonly httpMethod: string;
  /** As it arrived, without the query */
  readonly requestPath: string;
  /** As it arrived, without `?` */
  readonly queryString: string;
  /** Decoded, in the order of arrival. */
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: RequestHeaders;
  readonly sourceIp: string;
  readonly scheme: "http" | "https";
  body: Buffer | undefined;
  stage: HttpStageModel | undefined;
  route: HttpRouteModel | undefined;
  integration: HttpIntegrationModel | undefined;
  /** Decoded. */
  pathParameters: Record<string, string>;
  authorizer: AuthorizedCaller | undefined;
  integrationStatus: number | undefined;
  integrationLatencyMs: number | undefined;
  integrationError: string | undefined;
}

/** Who passed the authorizer, in the form in which a function is told. */
export type AuthorizedCaller =
  | { kind: "jwt"; claims: Record<string, string>; scopes: string[] | null; principal: string | undefined }
  | { kind: "lambda"; context: Record<string, unknown> | null; principal: string | undefined }
  | { kind: "iam"; caller: IamCaller; principal: string };

/** A request that found its route. */
export interface RoutedHttpExchange extends HttpExchange {
  stage: HttpStageModel;
  route: HttpRouteModel;
}

/** What a function is told of a request, by an HTTP API and by a function URL alike. */
export interface ToldRequest
  extends Pick<
    RoutedHttpExchange,
    | "authorizer"
    | "body"
    | "headers"
    | "httpMethod"
    | "pathParameters"
    | "query"
    | "queryString"
    | "receivedAt"
    | "requestId"
    | "requestPath"
    | "scheme"
    | "sourceIp"
    | "traceId"
  > {
  readonly api: Pick<HttpApiModel, "id" | "accountId">;
  stage: Pick<HttpStageModel, "name" | "variables">;
  route: Pick<HttpRouteModel, "routeKey">;
}

/** A request that is about to be handed on. */
export interface IntegratedHttpExchange extends RoutedHttpExchange {
  integration: HttpIntegrationModel;
}

export interface HttpAnswer {
  status: number;
  /** Name, value, name, value … */
  headers: string[];
  body: string | Buffer;
  /** For the request's log line. */
  reason: string | undefined;
}
