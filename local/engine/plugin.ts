/**
 * One running plugin: a process that serves Pulumi's `ResourceProvider` service, started, configured and asked as Pulumi's
 * engine does it (https://pulumi-developer-docs.readthedocs.io/latest/docs/architecture/providers/).
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { devNull } from "node:os";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { credentials, type ServiceError, status } from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import type { RegisterResourceRequest, TransformResourceOptions } from "@pulumi/pulumi/proto/resource_pb.js";
import { reapWithUs, UNMARKED } from "../processes/reaper.ts";
import { type Resource, ResourceProblem } from "./graph.ts";
import type { Project } from "./project.ts";
import { fromStruct, toStruct } from "./struct.ts";
import { dereference, holdsSecret, secret, type Values, withoutOutputValues, withoutSecrets } from "./values.ts";

export interface PackageRequest {
  name: string;
  /** Empty for any. */
  version: string;
  downloadUrl: string;
  /** What a base plugin is made into another package with. */
  parameter?: { name: string; version: string; value: Uint8Array };
}

export interface PluginContext {
  project: Project;
  organization: string;
  /** What the program sees. */
  environment: Record<string, string | undefined>;
  /** Where this engine and its resource monitor listen, `host:port`. */
  address: string;
  /** Hears what plugins print. */
  onLine: (line: string) => void;
}

export interface Launch {
  command: string;
  args: string[];
  /** It is source code, which a language's own program runs. */
  source?: boolean;
}

type Client = InstanceType<typeof providerGrpc.ResourceProviderClient>;
type Method<Request, Response> = (
  request: Request,
  callback: (error: ServiceError | null, response: Response) => void,
) => unknown;

/** What a plugin understands, as it says when it is configured. */
interface Understood {
  secrets: boolean;
  resources: boolean;
  outputs: boolean;
}

const PARALLEL = 32;

export class Plugin {
  readonly #context: PluginContext;
  readonly #process: ChildProcess;
  readonly #client: Client;
  #understood: Understood = { secrets: false, resources: false, outputs: false };

  /** @throws Error when it does not start, or refuses its configuration */
  static async start(
    context: PluginContext,
    wanted: PackageRequest,
    launch: Launch,
    explicit: Resource | undefined,
  ): Promise<Plugin> {
    const { project } = context;
    const child = spawn(launch.command, [...launch.args, context.address], {
      cwd: project.workingDirectory,
      env: {
        ...withoutCredentials(context.environment),
        PULUMI_CONFIG: JSON.stringify(project.config),
        PULUMI_PROJECT: project.name,
        PULUMI_NODEJS_PROJECT: project.name,
        PULUMI_NODEJS_STACK: project.stack,
        PULUMI_NODEJS_ORGANIZATION: context.organization,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    if (child.pid !== undefined) child.once("exit", reapWithUs(child.pid, UNMARKED));
    try {
      const port = await portOf(child, wanted.name, context.onLine);
      const client = new providerGrpc.ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure(), {
        "grpc.max_receive_message_length": -1,
        "grpc.max_send_message_length": -1,
      });
      const plugin = new Plugin(context, child, client);
      await plugin.#handshake(launch);
      if (wanted.parameter) await plugin.#parameterize(wanted.parameter);
      await plugin.#configure(wanted.parameter?.name ?? wanted.name, explicit);
      return plugin;
    } catch (error) {
      child.kill();
      throw error;
    }
  }

  private constructor(context: PluginContext, child: ChildProcess, client: Client) {
    this.#context = context;
    this.#process = child;
    this.#client = client;
  }

  /** @throws ResourceProblem with the plugin's own words */
  async create(resource: Resource, wireInputs: Values): Promise<{ id: string; wireOutputs: Values }> {
    const { urn, name, type } = resource;
    const check = new providerProto.CheckRequest();
    check.setUrn(urn);
    check.setName(name);
    check.setType(type);
    check.setOlds(toStruct({}));
    check.setNews(toStruct(this.#understandable(wireInputs)));
    // Names that it makes up are the same in every run.
    check.setRandomseed(createHash("sha256").update(urn).digest());
    const checked = await this.#ask<providerProto.CheckRequest, providerProto.CheckResponse>("check", check);
    throwFailures(checked.getFailuresList());
    const inputs = checked.hasInputs() ? fromStruct(checked.getInputs()) : wireInputs;
    const request = new providerProto.CreateRequest();
    request.setUrn(urn);
    request.setName(name);
    request.setType(type);
    request.setProperties(toStruct(inputs));
    const created = await this.#ask<providerProto.CreateRequest, providerProto.CreateResponse>("create", request);
    return { id: created.getId(), wireOutputs: marked(fromStruct(created.getProperties()), wireInputs) };
  }

  /** @throws ResourceProblem when there is no such resource, or with the plugin's own words */
  async read(resource: Resource, wireInputs: Values): Promise<Values> {
    const request = new providerProto.ReadRequest();
    request.setId(resource.id);
    request.setUrn(resource.urn);
    request.setName(resource.name);
    request.setType(resource.type);
    request.setProperties(toStruct(this.#understandable(wireInputs)));
    const found = await this.#ask<providerProto.ReadRequest, providerProto.ReadResponse>("read", request);
    if (found.getId() === "") throw new ResourceProblem(`resource '${resource.id}' does not exist`);
    return fromStruct(found.getProperties());
  }

  /** @throws ResourceProblem with the plugin's own words */
  async invoke(token: string, wireArgs: Values): Promise<Values> {
    const request = new providerProto.InvokeRequest();
    request.setTok(token);
    request.setArgs(toStruct(this.#understandable(wireArgs)));
    const answer = await this.#ask<providerProto.InvokeRequest, providerProto.InvokeResponse>("invoke", request);
    throwFailures(answer.getFailuresList());
    return fromStruct(answer.getReturn());
  }

  /** @throws ResourceProblem with the plugin's own words */
  async call(token: string, wireArgs: Values): Promise<Values> {
    const request = new providerProto.CallRequest();
    request.setTok(token);
    request.setArgs(toStruct(this.#understandable(wireArgs)));
    this.#describeRun(request);
    const answer = await this.#ask<providerProto.CallRequest, providerProto.CallResponse>("call", request);
    throwFailures(answer.getFailuresList());
    return withoutOutputValues(fromStruct(answer.getReturn()));
  }

  /**
   * Lets the plugin construct a component, which registers itself and its children with this engine.
   * @param propertyDependencies URNs by input
   * @throws ResourceProblem with the plugin's own words
   */
  async construct(
    registration: RegisterResourceRequest,
    inputs: Values,
    options: TransformResourceOptions,
    propertyDependencies: Map<string, string[]>,
  ): Promise<{ urn: string; wireOutputs: Values; dependencies: Map<string, string[]> }> {
    const request = new providerProto.ConstructRequest();
    this.#describeRun(request);
    request.setType(registration.getType());
    request.setName(registration.getName());
    request.setParent(registration.getParent());
    request.setInputs(toStruct(this.#understandable(inputs)));
    for (const [name, urns] of propertyDependencies) {
      const dependencies = new providerProto.ConstructRequest.PropertyDependencies();
      dependencies.setUrnsList(urns);
      request.getInputdependenciesMap().set(name, dependencies);
    }
    for (const [name, provider] of options.getProvidersMap().entries()) request.getProvidersMap().set(name, provider);
    request.setDependenciesList(options.getDependsOnList());
    request.setAliasesList(options.getAliasesList());
    if (options.hasProtect()) request.setProtect(options.getProtect() ?? false);
    if (options.hasRetainOnDelete()) request.setRetainondelete(options.getRetainOnDelete() ?? false);
    request.setAdditionalsecretoutputsList(options.getAdditionalSecretOutputsList());
    request.setDeletedwith(options.getDeletedWith());
    request.setIgnorechangesList(options.getIgnoreChangesList());
    request.setReplaceonchangesList(options.getReplaceOnChangesList());
    const hooks = options.getHooks();
    if (hooks) {
      const binding = new providerProto.ConstructRequest.ResourceHooksBinding();
      binding.setBeforeCreateList(hooks.getBeforeCreateList());
      binding.setAfterCreateList(hooks.getAfterCreateList());
      request.setResourceHooks(binding);
    }
    const made = await this.#ask<providerProto.ConstructRequest, providerProto.ConstructResponse>("construct", request);
    const dependencies = new Map<string, string[]>();
    for (const [name, of] of made.getStatedependenciesMap().entries()) dependencies.set(name, of.getUrnsList());
    return { urn: made.getUrn(), wireOutputs: fromStruct(made.getState()), dependencies };
  }

  close(): void {
    this.#client.close();
    this.#process.kill();
  }

  #describeRun(request: providerProto.ConstructRequest | providerProto.CallRequest): void {
    const { project, organization, address } = this.#context;
    request.setProject(project.name);
    request.setStack(project.stack);
    request.setOrganization(organization);
    for (const [key, value] of Object.entries(project.config)) request.getConfigMap().set(key, value);
    request.setConfigsecretkeysList(project.secretKeys);
    request.setDryrun(false);
    request.setParallel(PARALLEL);
    request.setMonitorendpoint(address);
    request.setAcceptsOutputValues(true);
  }

  /** A plugin from before there were handshakes answers that it knows of none, and is told the same when configured. */
  async #handshake(launch: Launch): Promise<void> {
    const request = new providerProto.ProviderHandshakeRequest();
    const folder = dirname(launch.source ? launch.args.at(-1)! : launch.command);
    request.setEngineAddress(this.#context.address);
    request.setRootDirectory(folder);
    request.setProgramDirectory(folder);
    request.setConfigureWithUrn(true);
    await this.#ask<providerProto.ProviderHandshakeRequest, unknown>("handshake", request).catch(unlessUnimplemented);
  }

  async #parameterize({ name, version, value }: NonNullable<PackageRequest["parameter"]>): Promise<void> {
    const request = new providerProto.ParameterizeRequest();
    const parameter = new providerProto.ParameterizeRequest.ParametersValue();
    parameter.setName(name);
    parameter.setVersion(version);
    parameter.setValue(value);
    request.setValue(parameter);
    await this.#ask("parameterize", request);
  }

  async #configure(name: string, explicit: Resource | undefined): Promise<void> {
    const { config } = this.#context.project;
    const prefix = `${name}:`;
    // A dynamic provider is the program's own, and sees all of its configuration.
    const own =
      name === "pulumi-nodejs"
        ? config
        : Object.fromEntries(
            Object.entries(config).flatMap(([key, value]) =>
              key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
            ),
          );
    const inputs: Values = explicit ? explicit.inputs : own;
    const request = new providerProto.ConfigureRequest();
    for (const [key, value] of Object.entries(inputs)) {
      if (key === "version") continue;
      request.getVariablesMap().set(`${name}:config:${key}`, typeof value === "string" ? value : JSON.stringify(value));
    }
    request.setArgs(toStruct(inputs));
    request.setAcceptsecrets(true);
    request.setAcceptresources(true);
    request.setSendsOldInputs(true);
    request.setSendsOldInputsToDelete(true);
    const answer = await this.#ask<providerProto.ConfigureRequest, providerProto.ConfigureResponse>(
      "configure",
      request,
    );
    this.#understood = {
      secrets: answer.getAcceptsecrets(),
      resources: answer.getAcceptresources(),
      outputs: answer.getAcceptoutputs(),
    };
  }

  #understandable(values: Values): Values {
    const { secrets, resources, outputs } = this.#understood;
    const valued = outputs ? values : withoutOutputValues(values);
    const known = resources ? valued : dereference(valued);
    return secrets ? known : withoutSecrets(known);
  }

  #ask<Request, Response>(method: keyof Client & string, request: Request): Promise<Response> {
    const ask = this.#client[method] as unknown as Method<Request, Response>;
    return new Promise((resolve, reject) =>
      ask.call(this.#client, request, (error, response) =>
        error ? reject(Object.assign(new ResourceProblem(error.details), { code: error.code })) : resolve(response),
      ),
    );
  }
}

/** A plugin says on its first line where it listens. Everything else that it prints is for the person. */
function portOf(child: ChildProcess, name: string, onLine: (line: string) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    const said: string[] = [];
    let listening = false;
    createInterface({ input: child.stdout! }).on("line", (line) => {
      if (listening) return onLine(line);
      listening = true;
      if (/^\d+$/.test(line)) resolve(Number(line));
      else reject(new Error(`the plugin ${name} said ${JSON.stringify(line)} instead of its port`));
    });
    createInterface({ input: child.stderr! }).on("line", (line) => {
      if (listening) onLine(line);
      else said.push(line);
    });
    child.once("error", (error) => reject(new Error(`the plugin ${name} does not start: ${error.message}`)));
    child.once("close", () =>
      reject(new Error(`the plugin ${name} ended before it listened${said.length > 0 ? `: ${said.join("\n")}` : ""}`)),
    );
  });
}

/** Of what it computes nothing belongs to a real account, whatever the shell that this was started from is signed in to. */
function withoutCredentials(environment: Record<string, string | undefined>): Record<string, string | undefined> {
  const kept = Object.entries(environment).filter(
    ([name]) =>
      !/^AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|(?:DEFAULT_)?PROFILE|WEB_IDENTITY_.*|ROLE_.*|CONTAINER_.*)$/.test(
        name,
      ),
  );
  return {
    ...Object.fromEntries(kept),
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_CONFIG_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: "true",
  };
}

/** A provider that knows of no secrets gives back in the clear what it was given as one. */
function marked(outputs: Values, wireInputs: Values): Values {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [
      name,
      holdsSecret(wireInputs[name]) && !holdsSecret(value) ? secret(value) : value,
    ]),
  );
}

function throwFailures(failures: providerProto.CheckFailure[]): void {
  if (failures.length === 0) return;
  const sentences = failures.map((failure) =>
    failure.getProperty() === "" ? failure.getReason() : `${failure.getProperty()}: ${failure.getReason()}`,
  );
  throw new ResourceProblem(sentences.join("\n"));
}

function unlessUnimplemented(error: unknown): void {
  if ((error as { code?: number }).code !== status.UNIMPLEMENTED) throw error;
}
