/**
 * One request on its way through the chain, and the answer that comes of it.
 */
import type { IntegrationModel, MethodModel, StageModel } from "../../model.ts";
import type { CompiledApi, Route } from "./compiled-api.ts";
import type { StagedMethod } from "./staged-method.ts";

export interface GatewayExchange {
  readonly api: CompiledApi;
  readonly requestId: string;
  /** Sixteen characters, `x-amz-apigw-id` */
  readonly extendedRequestId: string;
  /** `Root=1-…` or what the client sent as `X-Amzn-Trace-Id` */
  readonly traceId: string;
  /** Milliseconds since the epoch */
  readonly receivedAt: number;
  readonly httpMethod: string;
  /** `/<stage>/<path>` as it arrived, without the query */
  readonly requestPath: string;
  /** Below the stage, as it arrived */
  readonly path: string;
  readonly stageName: string | undefined;
  readonly queryString: string;
  /** Decoded, in the order of arrival; empty until the request is parsed. */
  query: readonly (readonly [name: string, value: string])[];
  readonly headers: RequestHeaders;
  readonly sourceIp: string;
  readonly scheme: "http" | "https";
  body: Buffer | undefined;
  stage: StageModel | undefined;
  route: Route | undefined;
  staged: StagedMethod | undefined;
  pathParameters: Record<string, string> | undefined;
  identity: AuthorizedIdentity | undefined;
  /** The API key that was sent and is known. */
  apiKey: { id: string; value: string } | undefined;
  integrationStatus: number | undefined;
  integrationLatencyMs: number | undefined;
}

/** Who passed the authorizer. */
export interface AuthorizedIdentity {
  /** `requestContext.authorizer.claims`: every value a string, in the token's order */
  claims: Record<string, string>;
  /** The same as JSON text, made once a token */
  claimsJson: string;
  /** The token's `sub` (ID token) or `username` (access token) */
  principal: string | undefined;
}

/** Header fields as they arrived: casing, order and repetitions kept. */
export interface RequestHeaders {
  /** Name, value, name, value … */
  readonly raw: readonly string[];
  /** Every value of a name, in the order of arrival. */
  all(lowerCaseName: string): string[];
  /** The last value of a name, the one that API Gateway works with. */
  last(lowerCaseName: string): string | undefined;
}

export interface GatewayAnswer {
  status: number;
  /** `undefined` for an answer that has none of its own */
  contentType: string | undefined;
  /** Between API Gateway's own: name, value, name, value … */
  headers: string[];
  body: string | Buffer;
  /** Whether the trace header is sent, as it is for what a Lambda function answered. */
  traced: boolean;
  errorType: string | undefined;
  /** For the request's log line. */
  reason: string | undefined;
}

/** A request that found its method. */
export interface RoutedGatewayExchange extends GatewayExchange {
  stage: StageModel;
  route: Route;
  staged: StagedMethod;
  pathParameters: Record<string, string>;
}

/** A request that is about to be handed on. */
export interface IntegratedGatewayExchange extends RoutedGatewayExchange {
  route: Route & { method: MethodModel & { integration: IntegrationModel } };
}
