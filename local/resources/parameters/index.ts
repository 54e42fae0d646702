/** Resource types of `aws.ssm` and `aws.secretsmanager` whose values functions read. */
import type { ResourceType } from "../resource-type.ts";
import { parameter } from "./parameter.ts";
import { secret } from "./secret.ts";
import { secretVersion } from "./secret-version.ts";

export const parameterTypes: readonly ResourceType[] = [parameter, secret, secretVersion];
