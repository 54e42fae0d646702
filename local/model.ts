/**
 * What a Pulumi program declared, in each service's own terms, with every default already applied.
 *
 * `local/resources` writes these from the resource graph; the services read nothing else of the program. Names and defaults
 * follow the AWS control-plane APIs.
 */
import type { CustomDomainModel } from "./model/apis.ts";
import type { BucketModel, RoleModel } from "./model/buckets.ts";
import type { EventSourceModel, FunctionModel, FunctionPermissionModel, FunctionUrlModel } from "./model/functions.ts";
import type { HttpApiModel } from "./model/http-apis.ts";
import type { ParameterModel, SecretModel } from "./model/parameters.ts";
import type { ApiKeyModel, RestApiModel } from "./model/rest-apis.ts";
import type { TableModel } from "./model/tables.ts";
import type { UserPoolModel } from "./model/user-pools.ts";

export type * from "./model/apis.ts";
export type * from "./model/buckets.ts";
export type * from "./model/functions.ts";
export type * from "./model/http-apis.ts";
export type * from "./model/parameters.ts";
export type * from "./model/rest-apis.ts";
export type * from "./model/tables.ts";
export type * from "./model/user-pools.ts";

export interface CloudModel {
  /** e.g. `us-east-1` */
  region: string;
  /** Twelve digits; locally always the same made-up account. */
  accountId: string;
  userPools: UserPoolModel[];
  restApis: RestApiModel[];
  httpApis: HttpApiModel[];
  apiKeys: ApiKeyModel[];
  tables: TableModel[];
  parameters: ParameterModel[];
  secrets: SecretModel[];
  functions: FunctionModel[];
  functionUrls: FunctionUrlModel[];
  eventSources: EventSourceModel[];
  /** Functions that the program declares and that do not run here: `because` is a clause for the person. */
  functionsElsewhere: { name: string; arn: string; because: string }[];
  functionPermissions: FunctionPermissionModel[];
  customDomains: CustomDomainModel[];
  buckets: BucketModel[];
  /** Those that integrations get objects with, and that functions act in. */
  roles: RoleModel[];
}
