/** A REST API behind a Lambda authorizer that the test writes, in front of a function that answers with its event. */
import type { AuthorizerModel, MethodModel, RestApiModel } from "../../../local/model.ts";
import { type RunningApi, startApi } from "./api-harness.ts";
import { ACCOUNT, authorizer, EXECUTION_ARN, FUNCTION_ARN, method, resources } from "./models.ts";

export const GATE_ARN = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:Gate`;

export type Event = Record<string, any>;

export interface GatedApi extends RunningApi {
  /** What the authorizer's function was asked, as JSON text. */
  asked: string[];
}

export interface GateOptions {
  authorizer?: Partial<AuthorizerModel>;
  method?: Partial<MethodModel>;
  api?: Partial<RestApiModel>;
}

export const policy = (Effect: string, Resource: string | string[] = "*", more: object = {}) => ({
  Version: "2012-10-17",
  Statement: [{ Effect, Action: "execute-api:Invoke", Resource, ...more }],
});

export const allowing = (more: object = {}) => ({ principalId: "ada", policyDocument: policy("Allow"), ...more });

function gateAuthorizer(overrides: Partial<AuthorizerModel> = {}): AuthorizerModel {
  return authorizer({
    id: "gate01",
    name: "Gate",
    type: "TOKEN",
    uri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${GATE_ARN}/invocations`,
    ...overrides,
  });
}

/** @param gate what the authorizer's function answers; an Error is its failure with that message */
export async function startGatedApi(gate: (event: Event) => unknown, options: GateOptions = {}): Promise<GatedApi> {
  const asked: string[] = [];
  const gated = method("GET", { authorization: "CUSTOM", authorizerId: "gate01", ...options.method });
  const running = await startApi({
    api: {
      resources: resources({ "/": [gated], "/items": [gated], "/items/{id}": [gated] }),
      authorizers: [gateAuthorizer(options.authorizer)],
      invokePermissions: [
        { functionArn: FUNCTION_ARN, sourceArn: `${EXECUTION_ARN}/*/*/*` },
        { functionArn: GATE_ARN, sourceArn: `${EXECUTION_ARN}/authorizers/*` },
      ],
      ...options.api,
    },
    invoke: async (functionArn, payload) => {
      if (functionArn !== GATE_ARN) return answered({ statusCode: 200, body: payload });
      asked.push(payload);
      const answer = await gate(JSON.parse(payload));
      if (!(answer instanceof Error)) return answered(answer);
      const failure = { errorType: "Error", errorMessage: answer.message, trace: [] };
      return { payload: JSON.stringify(failure), functionError: "Unhandled", reason: answer.message };
    },
  });
  return { ...running, asked };
}

const answered = (answer: unknown) => ({
  payload: JSON.stringify(answer) ?? "null",
  functionError: undefined,
  reason: undefined,
});
