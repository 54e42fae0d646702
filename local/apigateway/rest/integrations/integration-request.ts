/**
 * What a non-proxy integration is sent: the request's body, through the mapping template for its content type
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html).
 */
import { ownMember } from "../../../own-member.ts";
import { isBinaryMediaType } from "../binary-media-types.ts";
import { GatewayError } from "../gateway-error.ts";
import type { IntegratedGatewayExchange } from "../gateway-exchange.ts";
import { renderMappingTemplate } from "../templates/mapping-template.ts";
import { overridden } from "../templates/overrides.ts";
import { mappedValue } from "../templates/parameter-mapping.ts";

/**
 * @returns `undefined` when there is neither a body nor a template
 * @throws GatewayError `UNSUPPORTED_MEDIA_TYPE` when the passthrough behaviour does not let the body pass
 */
export function integrationBody(exchange: IntegratedGatewayExchange): string | undefined {
  const { requestTemplates, passthroughBehavior } = exchange.route.method.integration;
  const contentType = exchange.headers.last("content-type") ?? "application/json";
  const mediaType = contentType.split(";")[0]!.trim().toLowerCase();
  const template = ownMember(requestTemplates, mediaType) ?? requestTemplates.$default;
  const body = bodyText(exchange, contentType);
  if (template !== undefined) return renderMappingTemplate(template, exchange, body ?? "");

  const noTemplates = Object.keys(requestTemplates).length === 0;
  if (passthroughBehavior === "NEVER" || (passthroughBehavior === "WHEN_NO_TEMPLATES" && !noTemplates)) {
    throw new GatewayError(
      "UNSUPPORTED_MEDIA_TYPE",
      `The integration has no mapping template for ${mediaType}, and its passthrough behavior is ${passthroughBehavior}.`,
    );
  }
  return body;
}

/** @returns the integration's URI with what is mapped into its path, or is set there by a template */
export function filledUri(exchange: IntegratedGatewayExchange): string {
  const { requestParameters } = exchange.route.method.integration;
  const paths = new Map(overridden(exchange.overrides?.request, "path"));
  return (exchange.staged.uri ?? "").replace(/\{([\w.-]+)\+?\}/g, (whole, name) => {
    const source = requestParameters[`integration.request.path.${name}`] ?? `method.request.path.${name}`;
    return paths.get(name) ?? mappedValue(source, { exchange }) ?? whole;
  });
}

function bodyText({ api, route, body }: IntegratedGatewayExchange, contentType: string): string | undefined {
  if (body === undefined) return undefined;
  const { contentHandling } = route.method.integration;
  if (contentHandling === "CONVERT_TO_BINARY") return Buffer.from(body.toString(), "base64").toString();
  const binary = isBinaryMediaType(api.model, contentType);
  return body.toString(contentHandling === "CONVERT_TO_TEXT" && binary ? "base64" : "utf8");
}
