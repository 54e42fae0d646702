/**
 * Parameter Store and Secrets Manager, as far as functions read what the program declares: `POST /` with
 * `X-Amz-Target: AmazonSSM.<operation>` or `secretsmanager.<operation>`, in AWS JSON 1.1
 * (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html). Loaded only for a program that declares one of them. Nothing
 * is kept on disk: values are the program's.
 */

import { readBody } from "../http/read-body.ts";
import { comesFromPage } from "../http/web-page.ts";
import { jsonObjectIn } from "../json-object.ts";
import type { ParameterModel, SecretModel } from "../model.ts";
import type { AccessKey } from "../permissions/access-key.ts";
import { NOT_SIGNED, SignatureRefusal } from "../permissions/signature-refusal.ts";
import { signedRegion } from "../permissions/signed-region.ts";
import type { Platform } from "../platform.ts";
import { Members } from "./members.ts";
import { ParameterStore } from "./parameter-store.ts";
import { Refusal } from "./refusal.ts";
import { SecretsManager } from "./secrets-manager.ts";

export interface ParameterService {
  /** Fetch handler; `undefined` for what is a request to neither service. */
  answer(request: Request): Promise<Response | undefined>;
}

export interface ParameterOptions {
  parameters: readonly ParameterModel[];
  secrets: readonly SecretModel[];
  platform: Platform;
  accessKey: AccessKey;
}

const TARGET = /^(AmazonSSM|secretsmanager)\.(\w+)$/;
/** Far more than ten names, or an ARN, take. */
const MAX_REQUEST_BYTES = 64 * 1024;

export function parameterService({ parameters, secrets, platform, accessKey }: ParameterOptions): ParameterService {
  const changedAt = platform.now();
  const services = {
    AmazonSSM: {
      name: "Parameter Store",
      signingName: "ssm",
      operations: new ParameterStore(parameters, { changedAt, cipherKey: accessKey.secret }),
    },
    secretsmanager: {
      name: "Secrets Manager",
      signingName: "secretsmanager",
      operations: new SecretsManager(secrets, { changedAt }),
    },
  } as const;

  return {
    async answer(request) {
      const [, prefix, operation] = TARGET.exec(request.headers.get("x-amz-target") ?? "") ?? [];
      if (operation === undefined || request.method !== "POST" || new URL(request.url).pathname !== "/")
        return undefined;
      const { name: service, signingName, operations } = services[prefix as keyof typeof services];
      const reply = (status: number, answer: object) =>
        new Response(JSON.stringify(answer), {
          status,
          headers: { "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": platform.randomUUID() },
        });
      const refused = (outcome: string, body: object, reason: string, status = 400) => {
        platform.emit({ kind: "aws-api", at: platform.now(), service, operation, outcome, reason });
        return reply(status, { __type: outcome, ...body });
      };
      if (comesFromPage(request)) {
        const reason = "The request comes from a web page; none may reach parameters and secrets.";
        return refused("AccessDeniedException", { Message: reason }, reason, 403);
      }
      try {
        const body = await readBody(request, MAX_REQUEST_BYTES);
        if (!body) throw new Refusal("RequestEntityTooLargeException", {}, "The request is longer than 64 KB.");
        const region = signedRegion(request, body, { service: signingName, accessKey });
        return reply(200, operations.perform(operation, new Members(parsed(body)), region));
      } catch (error) {
        if (error instanceof SignatureRefusal) {
          const { errorType, message } = error.complaint ?? NOT_SIGNED;
          return refused(errorType, { message }, error.message);
        }
        if (!(error instanceof Refusal)) throw error;
        return refused(error.type, error.body, error.message);
      }
    },
  };
}

/** @throws Refusal */
function parsed(body: Buffer): Record<string, unknown> {
  const request = jsonObjectIn(body);
  if (request === undefined) throw new Refusal("SerializationException", {});
  return request;
}
