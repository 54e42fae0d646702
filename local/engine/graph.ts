/** The outcome of running a Pulumi program: everything it registered, and its outputs. */
import type { Values } from "./values.ts";

export interface ResourceGraph {
  project: string;
  stack: string;
  /** In the order of registration, so a resource comes after those its inputs need. */
  resources: Resource[];
  outputs: Values;
  /** Names of outputs that hold a secret. */
  secretOutputs: string[];
  notes?: ProviderNotes;
}

/** What the provider could not know as a real one does. */
export interface ProviderNotes {
  /** By the text that stands in for it. */
  unknownOutputs: Record<string, { type: string; name: string; property: string }>;
  /**
   * What is made up: answers of functions (`type` is the token, `name` what was looked up), outputs of other stacks, and
   * secrets that something else stands for (`pulumi:config`).
   */
  madeUp: { type: string; name: string; reason: string }[];
}

export interface Resource {
  urn: string;
  /** e.g. `aws:cognito/userPool:UserPool` */
  type: string;
  /** Its logical name in the program. */
  name: string;
  /** URN of the parent; empty for the stack itself. */
  parent: string;
  /** `false` for a component. */
  custom: boolean;
  /** A component that a plugin is to construct. */
  remote: boolean;
  /** Its package's plugin made it. */
  byPlugin?: true;
  /** Why its package's plugin does not run here, as a clause. */
  notServed?: string;
  id: string;
  inputs: Values;
  outputs: Values;
  /** URNs. */
  dependencies: string[];
  protect: boolean;
  retainOnDelete: boolean;
  deleteBeforeReplace: boolean;
  ignoreChanges: string[];
  /** It was only looked up (`Type.get`): nothing of it is this program's. */
  existing?: true;
}

/** What stands behind the engine: it makes resources and answers functions, as a Pulumi provider does. */
export interface Provider {
  /** Packages whose resources and functions are all its own: no plugin of these is ever looked for. */
  readonly packages: ReadonlySet<string>;
  /** Loads what making a resource of this type needs and few programs do. */
  load?(type: string): Promise<void> | undefined;
  /** @throws ResourceProblem when the cloud would refuse it */
  create(resource: NewResource): Made | Promise<Made>;
  /** A resource that exists already (`Type.get(...)`). @throws ResourceProblem when it cannot be known */
  read(resource: NewResource & { id: string }): { outputs: Values } | Promise<{ outputs: Values }>;
  /**
   * A provider function such as `aws:index/getRegion:getRegion`.
   * @param provider URN of the explicit provider it was given; empty for the default one
   * @throws ResourceProblem when it has no answer
   */
  invoke(token: string, args: Values, provider: string): Values | Promise<Values>;
  notes?(): ProviderNotes;
  /** @returns what the person should know beside the errors with which the program failed */
  explain?(errors: readonly { message: string }[]): string | undefined;
}

export interface Made {
  id: string;
  outputs: Values;
  /** Its other outputs cannot be known here: what is made of them is unknown too. */
  unknown?: boolean;
}

export interface NewResource extends Pick<Resource, "urn" | "type" | "name" | "inputs" | "notServed"> {
  /** URN of the explicit provider it was given; empty for the default one. */
  provider: string;
  /** Inputs that are made of something that cannot be known here, the URNs they may come from, and why as a clause. */
  unknown?: { property: string; from: string[]; because: string | undefined }[];
}

/** Why a resource or a function was refused, in a sentence that the person who wrote the program reads. */
export class ResourceProblem extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ResourceProblem";
  }
}

/** A function that is not computed here, which its own plugin may answer. */
export class FunctionNotComputed extends ResourceProblem {}
