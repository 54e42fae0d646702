/** Gathers what the resources of one program declare into the model that the services are started from. */

import { type Resource, ResourceProblem } from "../engine/graph.ts";
import type { Archive } from "../engine/values.ts";
import type {
  ApiResourceModel,
  BucketModel,
  CloudModel,
  HttpApiModel,
  MethodModel,
  RestApiModel,
  UserPoolModel,
} from "../model.ts";
import type { UnservedInput } from "./contract.ts";
import type { Unserved } from "./unserved.ts";

export class CloudBuilder {
  readonly model: CloudModel;
  /** What the program declares and the local cloud does not serve. */
  readonly unserved: Unserved[] = [];
  readonly #warnings: (() => string)[] = [];
  readonly #sharedWarnings = new Map<string, string[]>();
  /** Whether what AWS no longer creates is refused. */
  readonly strict: boolean;
  /** Everything that the program registered. */
  readonly resources: readonly Resource[];
  /** Ids of API keys with `enabled: false`. */
  readonly disabledApiKeys = new Set<string>();
  /** Ids of WebSocket APIs, whose parts are passed over. */
  readonly webSocketApis = new Set<string>();
  /** Code that a person gives in place of what the program deploys, by the function's logical name. */
  readonly functionCode: ReadonlyMap<string, Archive>;
  /** The program's working directory, which the relative paths of its assets start from. */
  readonly workingDirectory: string;
  /** Lays out an archive of the program's on disk. @returns the folder */
  readonly unpack: (archive: Archive) => string;

  readonly #atTheEnd: { resource: Resource; work: () => void }[] = [];

  constructor(
    region: string,
    accountId: string,
    unpack: (archive: Archive) => string,
    strict: boolean,
    resources: readonly Resource[],
    functionCode: ReadonlyMap<string, Archive>,
    workingDirectory: string,
  ) {
    this.model = {
      region,
      accountId,
      userPools: [],
      restApis: [],
      httpApis: [],
      apiKeys: [],
      tables: [],
      parameters: [],
      secrets: [],
      functions: [],
      functionUrls: [],
      eventSources: [],
      functionsElsewhere: [],
      functionPermissions: [],
      customDomains: [],
      buckets: [],
      roles: [],
    };
    this.unpack = unpack;
    this.strict = strict;
    this.resources = resources;
    this.functionCode = functionCode;
    this.workingDirectory = workingDirectory;
  }

  /** What runs here and would not on AWS, a sentence each. */
  get warnings(): string[] {
    return this.#warnings.map((sentence) => sentence());
  }

  warn(sentence: string): void {
    this.#warnings.push(() => sentence);
  }

  /** One sentence for all resources of which the same is to be said, which is what `subject` stands for. */
  warnOfEach(subject: string, name: string, sentence: (names: readonly string[]) => string): void {
    const names = this.#sharedWarnings.get(subject);
    if (names) {
      names.push(name);
      return;
    }
    const first = [name];
    this.#sharedWarnings.set(subject, first);
    this.#warnings.push(() => sentence(first));
  }

  /** For what needs resources that may be registered later: a program registers in parallel, in no fixed order. */
  atTheEnd(resource: Resource, work: () => void): void {
    this.#atTheEnd.push({ resource, work });
  }

  /** @returns what `atTheEnd` left to do */
  remaining(): readonly { resource: Resource; work: () => void }[] {
    return this.#atTheEnd;
  }

  /** @param prefix of the properties, for what stands inside of an input: `body: ` */
  nameUnserved({ type, name }: Resource, inputs: readonly UnservedInput[], prefix = ""): void {
    for (const { property, reason, guards } of inputs) {
      this.unserved.push({ type, name, property: prefix + property, reason, ...(guards && { guards }) });
    }
  }

  /** The bucket of this name, which becomes one of the cloud's. */
  bucket(name: string): BucketModel {
    const known = this.model.buckets.find((bucket) => bucket.name === name);
    if (known) return known;
    const bucket: BucketModel = { name, declared: false, denies: false, allows: false, objects: [] };
    this.model.buckets.push(bucket);
    return bucket;
  }

  userPool(id: unknown, dependent: Resource): UserPoolModel {
    return this.model.userPools.find((pool) => pool.id === id) ?? missing("user pool", id, dependent);
  }

  restApi(id: unknown, dependent: Resource): RestApiModel {
    return this.model.restApis.find((api) => api.id === id) ?? missing("REST API", id, dependent);
  }

  /** @returns `undefined` for a WebSocket API, which is named as not served */
  httpApi(id: unknown, dependent: Resource): HttpApiModel | undefined {
    if (this.webSocketApis.has(String(id))) return undefined;
    return this.model.httpApis.find((api) => api.id === id) ?? missing("HTTP API", id, dependent);
  }

  apiResource(apiId: unknown, resourceId: unknown, dependent: Resource): ApiResourceModel {
    return (
      this.restApi(apiId, dependent).resources.find((resource) => resource.id === resourceId) ??
      missing("API resource", resourceId, dependent)
    );
  }

  method(apiId: unknown, resourceId: unknown, httpMethod: unknown, dependent: Resource): MethodModel {
    const resource = this.apiResource(apiId, resourceId, dependent);
    return (
      resource.methods.find((method) => method.httpMethod === httpMethod) ??
      missing(`method on ${resource.path}`, httpMethod, dependent)
    );
  }
}

function missing(kind: string, id: unknown, dependent: Resource): never {
  throw new ResourceProblem(
    `${dependent.type} "${dependent.name}" belongs to the ${kind} ${JSON.stringify(id)}, which this program does not declare. ` +
      "The local cloud serves only what the program itself creates.",
  );
}
