/**
 * What stands beside what is served: its names, ids and ARNs have the form that the provider documents, so that other
 * resources can be built on it. An output that a companion does not give is made by `unknown-outputs.ts`.
 */
import { createHash } from "node:crypto";
import type { NewResource } from "../../engine/graph.ts";
import type { Values } from "../../engine/values.ts";
import { type Account, arnOf, list, map, partitionOf, physicalName, stableId, text } from "../resource-type.ts";

/** @returns its id, the name unless told, and outputs beyond its inputs */
export type Companion = (made: Made) => { id?: string; outputs: Values };

/** By the type's token. */
export type Companions = Readonly<Record<string, Companion>>;

/** One resource while it is made, or looked up by the id that it has in a real account. */
export class Made {
  readonly inputs: Values;
  readonly urn: string;
  readonly account: Account;
  readonly region: string;
  readonly accountId: string;
  /** `arn:aws` and the like */
  readonly partition: string;
  /** The id of what exists already; `undefined` for what the program makes. */
  readonly existing: string | undefined;
  readonly #resource: NewResource;

  constructor(resource: NewResource, account: Account, existing?: string) {
    this.#resource = resource;
    this.inputs = resource.inputs;
    this.urn = resource.urn;
    this.account = account;
    this.region = account.region;
    this.accountId = account.accountId;
    this.partition = partitionOf(account.region);
    this.existing = existing;
  }

  /** The physical name: from the input, of what exists, or as Pulumi makes it. */
  name(input = "name"): string {
    if (this.existing !== undefined && this.inputs[input] === undefined) return lastStep(this.existing);
    return physicalName(this.#resource, input);
  }

  text(input: string): string | undefined {
    return text(this.inputs[input]);
  }

  list(input: string): string[] {
    return list(this.inputs[input]).map(String);
  }

  tags(): Values {
    return map(this.inputs.tags);
  }

  /** `vpc-0` and sixteen hex digits, as EC2 has its ids. */
  ec2Id(prefix: string, of = ""): string {
    return (of === "" ? this.existing : undefined) ?? `${prefix}-0${this.hex(16, `${prefix}${of}`)}`;
  }

  uuid(of = ""): string {
    const hex = this.hex(32, `uuid${of}`);
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  hex(length: number, of = ""): string {
    return createHash("sha512")
      .update(`${this.existing ?? this.urn}#${of}`)
      .digest("hex")
      .slice(0, length);
  }

  /** Letters and digits; upper case as in the ids of IAM, CloudFront and Route 53. */
  upper(length: number, of = ""): string {
    return stableId(`${this.existing ?? this.urn}#${of}`, length).toUpperCase();
  }

  lower(length: number, of = ""): string {
    return stableId(`${this.existing ?? this.urn}#${of}`, length);
  }

  /** In the resource's region and account. What exists and is known by its ARN keeps that. */
  arn(service: string, resource: string): string {
    return this.#own(service) ?? arnOf(this.account, service, resource);
  }

  /** Of a service without regions, such as IAM. */
  globalArn(service: string, resource: string, account = this.accountId): string {
    return this.#own(service) ?? `arn:${this.partition}:${service}::${account}:${resource}`;
  }

  #own(service: string): string | undefined {
    return this.existing?.split(":")[2] === service && this.existing.startsWith("arn:") ? this.existing : undefined;
  }

  /** An address that documents use and nobody has (RFC 5737). */
  publicIp(): string {
    return `203.0.113.${1 + (Number.parseInt(this.hex(4, "ip"), 16) % 254)}`;
  }

  privateIp(): string {
    return `10.0.0.${4 + (Number.parseInt(this.hex(4, "ip"), 16) % 250)}`;
  }

  /** When it was made: the same at every start. */
  get createdAt(): string {
    return new Date(0).toISOString();
  }
}

/** Of `arn:…:policy/a/b`, `https://…/queue` or `name`: the last step. */
const lastStep = (id: string): string => /[^/:]+$/.exec(id)?.[0] ?? id;
