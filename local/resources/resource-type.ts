/** The shape of a resource type: what the cloud makes of its inputs, and what the services are to serve because of it. */
import { createHash } from "node:crypto";
import type { CustomResource } from "@pulumi/pulumi";
import type { NewResource, Resource } from "../engine/graph.ts";
import type { Values } from "../engine/values.ts";
import type { CloudBuilder } from "./cloud-builder.ts";
import type { AnyContract, Contract } from "./contract.ts";

/** The account and region that the program deploys to, and what it has made there so far. */
export interface Account {
  accountId: string;
  region: string;
  /** Outputs of a resource made before, by type and id. */
  find(type: string, id: string): Values | undefined;
}

export interface ResourceType {
  /** Pulumi's type token. */
  type: string;
  /** What is done with each of its inputs. */
  inputs?: AnyContract;
  /** Inputs that earlier majors of the provider had. */
  older?: AnyContract;
  /** Why the type as a whole is not served: the start names each resource of it, and none of its inputs. */
  notServed?: string;
  /** Inputs that may hold what only AWS knows although they are served: `declare` serves the rest, and names what is missing. */
  withoutUnknown?: readonly string[];
  /** Loads what `create` needs and few programs do. */
  load?(): Promise<void>;
  /**
   * What AWS answers when the resource is created.
   * @returns its id, and the outputs that are not simply its inputs; `region` and `tagsAll` are added for every type
   * @throws ResourceProblem when AWS would refuse it
   */
  create(resource: NewResource, account: Account): { id: string; outputs: Values };
  /** What is known of one that exists already (`Type.get`) by its id, where that is more than a common ARN. */
  existing?(id: string, account: Account): Values;
  /** Adds to what the local cloud serves. Types without it are only looked up by others. */
  declare?(resource: Resource, cloud: CloudBuilder): void;
}

/** What the provider makes by itself: all that its resource class has and that is neither an input nor Pulumi's own. */
type ProviderOutputs<Class, Args> = {
  [Name in Exclude<keyof Class, keyof Args | keyof CustomResource | "tagsAll">]: unknown;
};

interface TypedResourceType<Class, Args> extends Omit<ResourceType, "type" | "inputs" | "create"> {
  /** Every input of the provider's `…Args` type. */
  inputs: Contract<Args>;
  create(
    resource: NewResource,
    account: Account,
  ): { id: string; outputs: ProviderOutputs<Class, Args> & { [Name in keyof Args]?: unknown } };
}

/**
 * One resource type of a provider: `resourceType<cognito.UserPool, cognito.UserPoolArgs>("aws:cognito/userPool:UserPool", …)`.
 * The compiler refuses a missing input, and outputs that the provider documents and `create` leaves out.
 */
export function resourceType<Class, Args>(type: string, definition: TypedResourceType<Class, Args>): ResourceType {
  return { type, ...(definition as Omit<ResourceType, "type">) };
}

const LOWER_ALPHANUMERIC = "abcdefghijklmnopqrstuvwxyz0123456789";
const ALPHANUMERIC = `${LOWER_ALPHANUMERIC}ABCDEFGHIJKLMNOPQRSTUVWXYZ`;

/** An identifier in AWS's alphabet, the same for the same URN, so that ids survive a restart. */
export function stableId(urn: string, length: number, alphabet: "lower" | "mixed" = "lower"): string {
  const letters = alphabet === "lower" ? LOWER_ALPHANUMERIC : ALPHANUMERIC;
  let id = "";
  for (let round = 0; id.length < length; round++) {
    for (const byte of createHash("sha256").update(`${urn}#${round}`).digest()) {
      // Bytes past the last whole multiple of the alphabet would favour its first letters.
      if (id.length < length && byte < 256 - (256 % letters.length)) id += letters[byte % letters.length];
    }
  }
  return id;
}

/** The name that Pulumi gives a resource whose program set none: its logical name and seven hex digits. */
export function physicalName(resource: NewResource, key = "name"): string {
  const name = resource.inputs[key];
  if (typeof name === "string" && name !== "") return name;
  return `${resource.name}-${createHash("sha256").update(resource.urn).digest("hex").slice(0, 7)}`;
}

/** Readers for inputs whose types the program's compiler has checked, and a plain JavaScript program's has not. */
export const text = (value: unknown): string | undefined =>
  value === undefined || value === null ? undefined : String(value);
export const number = (value: unknown, preset: number): number =>
  value === undefined || value === null ? preset : Number(value);
export const flag = (value: unknown, preset = false): boolean =>
  value === undefined || value === null ? preset : value === true || value === "true";
export const list = <T = string>(value: unknown): T[] => (Array.isArray(value) ? (value as T[]) : []);
export const map = <T = string>(value: unknown): Record<string, T> =>
  value !== null && typeof value === "object" ? (value as Record<string, T>) : {};

export const partitionOf = (region: string): string =>
  region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";

export const arnOf = (account: Account, service: string, resource: string, withAccount = true): string =>
  `arn:${partitionOf(account.region)}:${service}:${account.region}:${withAccount ? account.accountId : ""}:${resource}`;
