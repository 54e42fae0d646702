/**
 * The `COGNITO_USER_POOLS` authorizer: an ID token on a method without scopes, an access token on a method with some
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-enable-cognito-user-pool.html).
 */
import type { AuthorizerModel } from "../../model.ts";
import type { TokenIssuer } from "../../platform.ts";
import type { ApiServices } from "../shared/api-services.ts";
import type { RequestHeaders } from "../shared/request-headers.ts";
import { GatewayError } from "./gateway-error.ts";
import type { CognitoIdentity } from "./gateway-exchange.ts";
import { TokenVerifier, type VerifiedToken } from "./token-verifier.ts";

export class CognitoAuthorizer {
  readonly #model: AuthorizerModel;
  readonly #services: ApiServices;
  readonly #header: string | undefined;
  readonly #lowerHeader: string;
  readonly #audience: RegExp | Error | undefined;
  #verifier: TokenVerifier | undefined;

  constructor(model: AuthorizerModel, services: ApiServices) {
    this.#model = model;
    this.#services = services;
    this.#header = /^method\.request\.header\.([\w!#$%&'*+.^`|~-]+)$/.exec(model.identitySource)?.[1];
    this.#lowerHeader = this.#header?.toLowerCase() ?? "";
    this.#audience = audiencePattern(model.identityValidationExpression);
  }

  /**
   * @param scopes the method's `authorizationScopes`
   * @throws GatewayError `UNAUTHORIZED`, or `AUTHORIZER_CONFIGURATION_ERROR` for an authorizer that can let nobody in
   */
  authorize(headers: RequestHeaders, scopes: readonly string[]): CognitoIdentity {
    const verification = this.#tokenVerifier().verify(this.#token(headers));
    if (!verification.ok) {
      throw unauthorized(
        verification.reason,
        verification.expired ? { message: "The incoming token has expired" } : undefined,
      );
    }
    const { token } = verification;
    // The kind of token first: of an access token it is more to the point than the audience that it lacks.
    const refusal = usageRefusal(token, scopes) ?? this.#audienceRefusal(token);
    if (refusal) throw unauthorized(refusal);
    const { token_use, sub, username } = token.claimStrings;
    return {
      kind: "cognito",
      claims: token.claimStrings,
      principal: token_use === "access" ? username : sub,
    };
  }

  #token(headers: RequestHeaders): string {
    const name = this.#header;
    if (name === undefined) {
      throw new GatewayError(
        "AUTHORIZER_CONFIGURATION_ERROR",
        `The authorizer's identity source is ${this.#model.identitySource}; ` +
          "a Cognito authorizer reads a header: method.request.header.<Name>.",
      );
    }
    const values = headers.all(this.#lowerHeader);
    const value = values[0] === undefined ? undefined : withoutBlanks(values[0]);
    if (!value) throw unauthorized(`the request has no ${name} header; send the ID or access token in it`);
    if (values.length > 1) throw unauthorized(`the request has ${values.length} ${name} headers; send one`);
    return value.startsWith("Bearer ") ? withoutBlanks(value.slice("Bearer ".length)) : value;
  }

  /** The pools are asked for once a request needs them: they may be declared after the API. */
  #tokenVerifier(): TokenVerifier {
    if (this.#verifier) return this.#verifier;
    const issuers = this.#model.providerArns.map((arn) => this.#issuer(arn));
    if (issuers.length === 0) {
      throw new GatewayError(
        "AUTHORIZER_CONFIGURATION_ERROR",
        `The authorizer ${this.#model.name} names no user pool (providerArns).`,
      );
    }
    this.#verifier = new TokenVerifier(issuers, () => this.#services.platform.now());
    return this.#verifier;
  }

  #issuer(arn: string): TokenIssuer {
    const issuer = this.#services.tokenIssuer(arn);
    if (issuer) return issuer;
    throw new GatewayError(
      "AUTHORIZER_CONFIGURATION_ERROR",
      `The authorizer ${this.#model.name} names the user pool ${arn}, which the program does not declare.`,
    );
  }

  #audienceRefusal({ claims }: VerifiedToken): string | undefined {
    const pattern = this.#audience;
    if (pattern === undefined) return undefined;
    if (pattern instanceof Error) {
      throw new GatewayError(
        "AUTHORIZER_CONFIGURATION_ERROR",
        `The authorizer's identityValidationExpression is no regular expression: ${pattern.message}.`,
      );
    }
    const { aud } = claims;
    if (typeof aud === "string" && pattern.test(aud)) return undefined;
    const found = typeof aud === "string" ? aud : "missing (access tokens have none)";
    return `the token's aud is ${found}; the authorizer wants it to match ${this.#model.identityValidationExpression}`;
  }
}

function usageRefusal({ claims }: VerifiedToken, scopes: readonly string[]): string | undefined {
  const { token_use, scope } = claims;
  if (scopes.length === 0) {
    if (token_use === "id") return undefined;
    return `token_use is ${token_use}, but the method has no authorizationScopes, so API Gateway takes ID tokens only`;
  }
  const wanted = scopes.join(" or ");
  if (token_use !== "access") {
    return `token_use is ${token_use}, but the method has authorizationScopes (${wanted}), so API Gateway takes access tokens only`;
  }
  const granted = typeof scope === "string" ? scope.split(" ") : [];
  if (scopes.some((one) => granted.includes(one))) return undefined;
  return `the access token's scopes are ${granted.join(" ") || "none"}; the method wants ${wanted}`;
}

/** The whole audience has to match, as Java's `String.matches` has it. */
function audiencePattern(expression: string | undefined): RegExp | Error | undefined {
  if (!expression) return undefined;
  try {
    return new RegExp(`^(?:${expression})$`);
  } catch (error) {
    return error as Error;
  }
}

function unauthorized(reason: string, options?: { message: string }): GatewayError {
  return new GatewayError("UNAUTHORIZED", `Refused by the Cognito authorizer: ${reason}.`, options);
}

/** Only the white space of HTTP (RFC 9110 §5.6.3): a token beside any other character is not a token. */
function withoutBlanks(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;
