/**
 * GetApiKeys and GetApiKey, by which the owner of an API learns the values that callers send
 * (https://docs.aws.amazon.com/apigateway/latest/api/API_GetApiKeys.html). Keys are made by the program alone.
 */
import type { ApiKeyModel, RestApiModel } from "../../model.ts";

const MOST_AT_ONCE = 500;
const USUAL_AT_ONCE = 25;

/** @returns a handler of fetch requests whose paths begin with `/apikeys`; signatures are not asked for */
export function apiKeysEndpoint(
  apiKeys: readonly ApiKeyModel[],
  restApis: readonly RestApiModel[],
): (request: Request) => Response {
  const described = ({ enabled, ...key }: ApiKeyModel, withValue: boolean) => ({
    ...{ id: key.id, name: key.name, description: key.description, enabled },
    ...{ createdDate: 0, lastUpdatedDate: 0 },
    stageKeys: stagesOf(key.id, restApis),
    ...(withValue && { value: key.value }),
  });
  return (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const [, , id, ...more] = pathname.split("/");
    if (request.method !== "GET" || more.length > 0) {
      const message = `The local cloud does not answer ${request.method} ${pathname}: API keys are made by the Pulumi program; only GetApiKeys and GetApiKey are served.`;
      return refusal(400, "BadRequestException", message);
    }
    if (id) {
      const key = apiKeys.find((candidate) => candidate.id === id);
      if (!key) return refusal(404, "NotFoundException", "Invalid API Key identifier specified");
      return Response.json(described(key, searchParams.get("includeValue") === "true"));
    }
    const named = apiKeys.filter(({ name }) => name.startsWith(searchParams.get("name") ?? ""));
    const from = Math.max(0, Number(searchParams.get("position") ?? 0) || 0);
    const limit = Math.min(Number(searchParams.get("limit") ?? 0) || USUAL_AT_ONCE, MOST_AT_ONCE);
    const withValues = searchParams.get("includeValues") === "true";
    return Response.json({
      item: named.slice(from, from + limit).map((key) => described(key, withValues)),
      ...(named.length > from + limit && { position: String(from + limit) }),
    });
  };
}

/** @returns `api/stage` of each stage that a usage plan opens to the key */
function stagesOf(keyId: string, restApis: readonly RestApiModel[]): string[] {
  const plans = new Set(restApis.flatMap(({ usagePlans }) => usagePlans));
  const stages = [...plans].flatMap(({ apiKeyIds, stages }) => (apiKeyIds.includes(keyId) ? stages : []));
  return [...new Set(stages.map(({ apiId, stage }) => `${apiId}/${stage}`))];
}

const refusal = (status: number, errorType: string, message: string): Response =>
  Response.json({ message }, { status, headers: { "x-amzn-ErrorType": errorType } });
