/**
 * Whether whoever signs a request may invoke a function: by the policies of the role that it acts in, or by the function's own
 * (https://docs.aws.amazon.com/lambda/latest/dg/lambda-permissions.html).
 */
import type { FunctionPermissionModel, RoleModel } from "../model.ts";
import type { RoleSession } from "../permissions/access-key.ts";
import { roleIsDenied, roleMay } from "../permissions/role-rights.ts";
import { ApiRefusal } from "./api-refusal.ts";

const ACTION = "lambda:InvokeFunction";

export interface InvocationRights {
  roles: readonly RoleModel[];
  permissions: readonly FunctionPermissionModel[];
}

/**
 * The local account's own key may invoke everything, and so may a role of which the program does not say all policies.
 * @param arn of what is to be invoked, with the qualifier of the request
 * @throws ApiRefusal 403
 */
export function requireRight({ roles, permissions }: InvocationRights, session: RoleSession | undefined, arn: string) {
  if (!session) return;
  const role = roles.find((one) => one.arn.split("/").at(-1) === session.role);
  if (!role?.statements) return;
  const resource = arn.replace(/^arn:aws[\w-]*:/, "arn:aws:");
  if (roleMay(role.statements, ACTION, resource) !== false) return;
  const [, partition, , , account] = arn.split(":");
  const user = `arn:${partition}:sts::${account}:assumed-role/${session.role}/${session.name}`;
  const isDenied = roleIsDenied(role.statements, ACTION, resource);
  const names = [role.arn, user, "*"];
  // Only services name a source of their own when they call.
  const lets = ({ functionArn, principal, sourceArn, sourceAccount }: FunctionPermissionModel) =>
    functionArn === arn && names.includes(principal) && sourceArn === undefined && sourceAccount === undefined;
  if (!isDenied && permissions.some(lets)) return;
  const why = isDenied
    ? "with an explicit deny in an identity-based policy"
    : `because no identity-based policy allows the ${ACTION} action`;
  const Message = `User: ${user} is not authorized to perform: ${ACTION} on resource: ${arn} ${why}`;
  throw new ApiRefusal("AccessDeniedException", 403, { Message });
}
