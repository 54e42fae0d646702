/**
 * One request on its way through the chain, and the answer that comes of it.
 */
import type { IntegrationModel, MethodModel, RestApiModel, StageModel } from "../../model.ts";
import type { IamCaller } from "../../permissions/access-key.ts";
import type { ApiServices } from "../shared/api-services.ts";
import type { RequestHeaders } from "../shared/request-headers.ts";
import type { Route } from "./route.ts";
import type { StagedMethod } from "./staged-method.ts";
import type { TemplateOverrides } from "./templates/overrides.ts";

/** The API that a request came to, as far as the steps of its way need to know it. */
export interface RequestedApi {
  readonly model: RestApiModel;
  readonly services: ApiServices;
}

export interface GatewayExchange {
  readonly api: RequestedApi;
  readonly requestId: string;
  /** Sixteen characters, `x-amz-apigw-id` */
  readonly extendedRequestId: string;
  /** `Root=1-…` or what the client sent as `X-Amzn-Trace-Id` */
  readonly traceId: string;
  /** Milliseconds since the epoch */
  readonly receivedAt: number;
  readonly httpMethod: string;
  /** On the request line, which is what a client signs */
  readonly sentMethod: string;
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
  /** What mapping templates set; `undefined` until one is rendered. */
  overrides: TemplateOverrides | undefined;
  /** Takes a line of the execution log, of a test invocation. */
  trace: ((line: string) => void) | undefined;
  integrationStatus: number | undefined;
  integrationLatencyMs: number | undefined;
}

/** Who passed the authorizer. */
export type AuthorizedIdentity = CognitoIdentity | FunctionIdentity | SignerIdentity;

export interface CognitoIdentity {
  kind: "cognito";
  /** `requestContext.authorizer.claims`: every value a string, in the token's order */
  claims: Record<string, string>;
  /** The token's `sub` (ID token) or `username` (access token) */
  principal: string | undefined;
}

/** Whom a Lambda authorizer let in. */
export interface FunctionIdentity {
  kind: "lambda";
  /** `principalId` */
  principal: string | undefined;
  /** What the function says about the caller: texts, and `null` */
  context: Readonly<Record<string, string | null>>;
  /** The value of the API key that the function names */
  usageIdentifierKey: string | undefined;
  /** Of the authorizer's function; 0 when its answer was known */
  latencyMs: number;
}

/** Who signed with an access key of AWS. */
export interface SignerIdentity {
  kind: "iam";
  /** The user's ARN */
  principal: string;
  caller: IamCaller;
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
