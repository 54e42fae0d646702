/**
 * One deployment: what a program registers, read and invoked, in the order in which it came. It is always a first one:
 * nothing exists before, so everything that is declared is created, and nothing is updated, replaced or deleted.
 */
import type { TransformInvokeOptions } from "@pulumi/pulumi/proto/resource_pb.js";
import resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import { Callbacks } from "./callbacks.ts";
import {
  FunctionNotComputed,
  type NewResource,
  type Provider,
  type Resource,
  type ResourceGraph,
  ResourceProblem,
} from "./graph.ts";
import { Hooks } from "./hooks.ts";
import type { PackageRequest, Plugin } from "./plugin.ts";
import type { Plugins } from "./plugins.ts";
import type { Diagnostic } from "./problems.ts";
import { STACK_REFERENCE, type StackReferences } from "./stack-references.ts";
import { fromStruct } from "./struct.ts";
import { optionsOf, Transforms } from "./transforms.ts";
import {
  decode,
  dereference,
  describeUnknown,
  holdsSecret,
  markSecrets,
  outputDependencies,
  unknownPaths,
  type Values,
  withoutOutputValues,
} from "./values.ts";

const ROOT_TYPE = "pulumi:pulumi:Stack";

/** The resource as it stands, and its outputs in the form of the wire. */
export interface Registered {
  urn: string;
  id: string;
  wireOutputs: Values;
  /** Its other outputs cannot be known. */
  unknown?: boolean;
  /** URNs by output, of a remote component. */
  dependencies?: Map<string, string[]>;
}

export interface DeploymentParts {
  project: string;
  stack: string;
  provider: Provider;
  /** `undefined` in a preview, where no hook is called either. */
  plugins: Plugins | undefined;
  stackReferences: StackReferences;
  onDiagnostic: (diagnostic: Diagnostic) => void;
}

export class Deployment {
  readonly graph: ResourceGraph;
  readonly diagnostics: Diagnostic[] = [];
  readonly transforms: Transforms;
  readonly hooks: Hooks;
  rootUrn = "";
  /** Something was refused here that `pulumi preview` would not refuse. */
  refused = false;
  /** A refused resource has ended it: the program is told that its engine has gone. */
  ended = false;
  readonly #parts: DeploymentParts;
  readonly #callbacks = new Callbacks();
  readonly #byUrn = new Map<string, Resource>();
  /** Explicit providers that a component hands on to its children, by package. */
  readonly #componentProviders = new Map<string, Map<string, string>>();
  readonly #packages = new Map<string, PackageRequest>();
  readonly #positions = new Map<Resource, number>();
  readonly #afterOutputs = new Map<string, () => Promise<void>>();
  #registrations = 0;

  constructor(parts: DeploymentParts) {
    this.#parts = parts;
    this.graph = { project: parts.project, stack: parts.stack, resources: [], outputs: {}, secretOutputs: [] };
    this.transforms = new Transforms(this.#callbacks);
    this.hooks = new Hooks(this.#callbacks, (urn, message) => this.log({ severity: "warning", message, urn }));
  }

  /** @returns a reference by which resources name the package from now on */
  registerPackage(request: resourceProto.RegisterPackageRequest): string {
    const parameter = request.getParameterization() ?? request.getExtension$();
    const known: PackageRequest = {
      name: request.getName(),
      version: request.getVersion(),
      downloadUrl: request.getDownloadUrl(),
      ...(parameter && {
        parameter: { name: parameter.getName(), version: parameter.getVersion(), value: parameter.getValue_asU8() },
      }),
    };
    const reference = `${known.name}@${known.version}${parameter ? `/${parameter.getName()}@${parameter.getVersion()}` : ""}`;
    this.#packages.set(reference, known);
    return reference;
  }

  async register(request: resourceProto.RegisterResourceRequest): Promise<Registered> {
    const position = this.#registrations++;
    const { inputs, options, own } = await this.transforms.apply(
      request,
      fromStruct(request.getObject()),
      optionsOf(request),
    );
    const type = request.getType();
    const parent = request.getParent();
    const urn = this.#urn(type, request.getName(), parent);
    options.setProvider(this.#providerFor(type, parent, options));
    const registered = request.getRemote()
      ? await this.#construct(request, { urn, inputs, options, position })
      : await this.#create(request, { urn, inputs, options, position });
    this.transforms.keep(registered.urn, parent, own);
    if (!request.getCustom()) this.#componentProviders.set(registered.urn, this.#providersBelow(parent, options));
    return registered;
  }

  async read(request: resourceProto.ReadResourceRequest): Promise<Registered> {
    const position = this.#registrations++;
    const type = request.getType();
    const wireInputs = fromStruct(request.getProperties());
    const inputs = decode(wireInputs) as Values;
    const urn = this.#urn(type, request.getName(), request.getParent());
    const resource: Resource = {
      ...{ urn, type, name: request.getName(), inputs, id: request.getId(), parent: request.getParent() },
      ...{ custom: true, remote: false, outputs: {}, dependencies: request.getDependenciesList() },
      ...{ protect: false, retainOnDelete: false, deleteBeforeReplace: false, ignoreChanges: [], existing: true },
    };
    const provider = this.#providerOf(type, request.getParent(), request.getProvider());
    const wireOutputs = await this.#attempt(urn, async () => {
      if (type === STACK_REFERENCE) return this.#parts.stackReferences.read(String(inputs.name ?? resource.id), urn);
      const plugin = await this.#plugin("resource", type, provider, this.#packageOf(type, request));
      if (typeof plugin === "object") {
        resource.byPlugin = true;
        return plugin.read(resource, wireInputs);
      }
      if (plugin !== undefined) resource.notServed = plugin;
      return (await this.#parts.provider.read({ ...resource, provider: urnOf(provider) })).outputs;
    });
    resource.outputs = decode(wireOutputs) as Values;
    this.#add(resource, position);
    return { urn, id: resource.id, wireOutputs };
  }

  async setOutputs(urn: string, wire: Values): Promise<void> {
    const outputs = decode(wire) as Values;
    const resource = this.#byUrn.get(urn);
    if (resource) resource.outputs = { ...resource.outputs, ...outputs };
    if (resource?.type === ROOT_TYPE) {
      this.graph.outputs = decode(describeUnknown(wire)) as Values;
      this.graph.secretOutputs = Object.keys(wire).filter((name) => holdsSecret(wire[name]));
    }
    const after = this.#afterOutputs.get(urn);
    this.#afterOutputs.delete(urn);
    if (after) await this.#attempt(urn, after);
  }

  /** @throws ResourceProblem when there is no answer */
  async invoke(request: resourceProto.ResourceInvokeRequest): Promise<Values> {
    const token = request.getTok();
    const options: TransformInvokeOptions = new resourceProto.TransformInvokeOptions();
    options.setProvider(request.getProvider());
    options.setVersion(request.getVersion());
    options.setPluginDownloadUrl(request.getPlugindownloadurl());
    const transformed = await this.transforms.applyToInvoke(token, fromStruct(request.getArgs()), options);
    const wire = withoutOutputValues(transformed.args);
    const args = decode(wire) as Values;
    if (token === "pulumi:pulumi:getResource") {
      const resource = this.#byUrn.get(String(args.urn));
      if (!resource) throw new ResourceProblem(`unknown resource ${args.urn}`);
      return { urn: resource.urn, id: resource.id, state: resource.outputs };
    }
    const provider = this.#providerOf(token, "", transformed.options.getProvider());
    const plugin = await this.#plugin("function", token, provider, {
      ...this.#packageOf(token, request),
      version: transformed.options.getVersion(),
    });
    if (typeof plugin === "object") return plugin.invoke(token, wire);
    try {
      return await this.#parts.provider.invoke(token, args, urnOf(provider));
    } catch (error) {
      this.refused = true;
      if (plugin === undefined || !(error instanceof FunctionNotComputed)) throw error;
      throw new ResourceProblem(`${error.message} As a plugin would answer it: ${plugin}.`);
    }
  }

  /** A method of a component, which only the component's own plugin has. @throws ResourceProblem when there is none */
  async call(request: resourceProto.ResourceCallRequest): Promise<Values> {
    const token = request.getTok();
    const provider = this.#providerOf(token, "", request.getProvider());
    const plugin = await this.#plugin("component", token, provider, this.#packageOf(token, request));
    if (typeof plugin === "object") return plugin.call(token, fromStruct(request.getArgs()));
    throw new ResourceProblem(
      plugin === undefined
        ? `The local cloud does not have the method ${token}.`
        : `The method ${token} cannot be called: ${plugin}.`,
    );
  }

  log(diagnostic: Diagnostic): void {
    if (this.#parts.stackReferences.heard(diagnostic)) return;
    // What was refused has been reported; that the program could not go on then is no news.
    if (this.ended && diagnostic.severity === "error" && AFTERMATH.test(diagnostic.message)) return;
    if (diagnostic.severity !== "debug") this.diagnostics.push(diagnostic);
    this.#parts.onDiagnostic(diagnostic);
  }

  /**
   * A refused resource ends the deployment. As Pulumi's engine does, the reason is reported on the resource and the
   * program only learns that the monitor is gone, so it stops without a second report.
   */
  refuse(urn: string, message: string): Unavailable {
    this.log({ severity: "error", message, urn });
    this.refused = true;
    this.ended = true;
    return new Unavailable("resource monitor shut down");
  }

  close(): void {
    this.#callbacks.close();
    this.#parts.plugins?.close();
  }

  async #create(request: resourceProto.RegisterResourceRequest, wanted: Wanted): Promise<Registered> {
    const { urn, options } = wanted;
    const custom = request.getCustom();
    const wireInputs = custom ? dereference(withoutOutputValues(wanted.inputs)) : withoutOutputValues(wanted.inputs);
    if (this.#byUrn.has(urn)) {
      throw this.refuse(urn, `Duplicate resource URN '${urn}'; try giving it a unique name`);
    }
    const resource = this.#resource(request, wanted, decode(wireInputs) as Values);
    // The name is taken from here on, while its provider is at work.
    this.#add(resource, wanted.position);
    const hooked = { ...resource, wireInputs, wireOutputs: {} };
    const hooks = this.#parts.plugins && options.getHooks();
    let unknown = false;
    let wireOutputs: Values = {};
    await this.#attempt(urn, async () => {
      await this.hooks.run(hooks?.getBeforeCreateList() ?? [], "before", hooked);
      if (custom) {
        const made = await this.hooks.retrying(hooks?.getOnErrorList() ?? [], hooked, () =>
          this.#make(request, resource, wireInputs, options),
        );
        resource.id = made.id;
        wireOutputs = markSecrets(made.wireOutputs, options.getAdditionalSecretOutputsList());
        unknown = made.unknown ?? false;
        resource.outputs = { ...resource.inputs, ...(decode(wireOutputs) as Values) };
      }
      const after = hooks?.getAfterCreateList() ?? [];
      const runAfter = () =>
        this.hooks.run(after, "after", { ...hooked, id: resource.id, wireOutputs: { ...wireInputs, ...wireOutputs } });
      // A component is complete when it has registered its outputs.
      if (custom) await runAfter();
      else if (after.length > 0) this.#afterOutputs.set(urn, runAfter);
    });
    return { urn, id: resource.id, wireOutputs: { ...wireInputs, ...wireOutputs }, unknown };
  }

  async #make(
    request: resourceProto.RegisterResourceRequest,
    resource: Resource,
    wireInputs: Values,
    options: resourceProto.TransformResourceOptions,
  ): Promise<{ id: string; wireOutputs: Values; unknown?: boolean }> {
    const { type } = resource;
    const plugin = await this.#plugin("resource", type, options.getProvider(), {
      ...this.#packageOf(type, request),
      version: options.getVersion(),
    });
    if (typeof plugin === "object") {
      resource.byPlugin = true;
      return plugin.create(resource, wireInputs);
    }
    if (plugin !== undefined) resource.notServed = plugin;
    const unknown = unknownPaths(wireInputs).map((property) => {
      const dependencies = request.getPropertydependenciesMap().get(property.split(/[.[]/)[0] ?? "");
      const from = dependencies?.getUrnsList() ?? [];
      const because = from.map((source) => this.#byUrn.get(source)?.notServed).find((reason) => reason !== undefined);
      return { property, from, because };
    });
    if (unknown.length > 0 && this.#parts.stackReferences.wanting) {
      return { id: "unknown", wireOutputs: {}, unknown: true };
    }
    const fresh: NewResource = { ...resource, provider: urnOf(options.getProvider()), unknown };
    await this.#parts.provider.load?.(fresh.type);
    const made = await this.#parts.provider.create(fresh);
    return { id: made.id, wireOutputs: made.outputs, unknown: made.unknown ?? false };
  }

  /** A remote component: its plugin registers the component and its children with this same deployment. */
  async #construct(request: resourceProto.RegisterResourceRequest, wanted: Wanted): Promise<Registered> {
    const { urn, inputs, options } = wanted;
    const type = request.getType();
    return this.#attempt(urn, async () => {
      const plugin = await this.#plugin("component", type, options.getProvider(), {
        ...this.#packageOf(type, request),
        version: options.getVersion(),
        downloadUrl: options.getPluginDownloadUrl(),
      });
      if (typeof plugin === "object") {
        const dependencies = new Map<string, string[]>();
        for (const [name, urns] of request.getPropertydependenciesMap().entries()) {
          dependencies.set(name, urns.getUrnsList());
        }
        const made = await plugin.construct(request, inputs, options, dependencies);
        for (const [name, value] of Object.entries(made.wireOutputs)) {
          made.dependencies.set(name, [...(made.dependencies.get(name) ?? []), ...outputDependencies(value)]);
        }
        return { ...made, id: "", wireOutputs: withoutOutputValues(made.wireOutputs) };
      }
      const resource = this.#resource(request, wanted, decode(inputs) as Values);
      resource.notServed = plugin ?? "the local cloud does not have this component";
      this.#add(resource, wanted.position);
      this.log({
        severity: "warning",
        message: `The component ${type} "${resource.name}" does not run here: ${resource.notServed}.`,
        urn,
      });
      const { outputs } = await this.#parts.provider.create({ ...resource, provider: "" });
      resource.outputs = { ...resource.outputs, ...outputs };
      return { urn, id: "", wireOutputs: { ...withoutOutputValues(inputs), ...outputs }, unknown: true };
    });
  }

  #resource(request: resourceProto.RegisterResourceRequest, wanted: Wanted, inputs: Values): Resource {
    const { urn, options } = wanted;
    const parent = this.#byUrn.get(request.getParent());
    return {
      ...{ urn, type: request.getType(), name: request.getName(), inputs, id: "", outputs: inputs },
      parent: request.getParent(),
      custom: request.getCustom(),
      remote: request.getRemote(),
      dependencies: options.getDependsOnList(),
      protect: options.getProtect() ?? parent?.protect ?? false,
      retainOnDelete: options.getRetainOnDelete() ?? parent?.retainOnDelete ?? false,
      deleteBeforeReplace: options.getDeleteBeforeReplace() ?? false,
      ignoreChanges: options.getIgnoreChangesList(),
    };
  }

  /** @returns the plugin; why none may or can run, as a clause; or `undefined` where the local cloud itself answers */
  async #plugin(
    purpose: "resource" | "function" | "component",
    token: string,
    providerReference: string,
    wanted: PackageRequest,
  ): Promise<Plugin | string | undefined> {
    const name = token.split(":")[0] ?? "";
    if (name === "pulumi" || this.#parts.provider.packages.has(wanted.name)) return undefined;
    const explicit = this.#byUrn.get(urnOf(providerReference));
    return this.#parts.plugins?.find(wanted, purpose, explicit) ?? "no plugin runs in a preview";
  }

  #packageOf(token: string, request: PackageSource): PackageRequest {
    const named = this.#packages.get(request.getPackageref());
    return (
      named ?? {
        name: token.split(":")[0] ?? "",
        version: request.getVersion(),
        downloadUrl: request.getPlugindownloadurl?.() ?? "",
      }
    );
  }

  #providerFor(type: string, parent: string, options: resourceProto.TransformResourceOptions): string {
    const own = options.getProvider() || options.getProvidersMap().get(type.split(":")[0] ?? "");
    return this.#providerOf(type, parent, own ?? "");
  }

  #providerOf(token: string, parent: string, own: string): string {
    return own || this.#componentProviders.get(parent)?.get(token.split(":")[0] ?? "") || "";
  }

  #providersBelow(parent: string, options: resourceProto.TransformResourceOptions): Map<string, string> {
    return new Map([...(this.#componentProviders.get(parent) ?? []), ...options.getProvidersMap().entries()]);
  }

  async #attempt<T>(urn: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      throw this.refuse(urn, (error as Error).message);
    }
  }

  /** In the order in which registrations came, although some take longer than others. */
  #add(resource: Resource, position: number): void {
    this.#byUrn.set(resource.urn, resource);
    this.#positions.set(resource, position);
    const { resources } = this.graph;
    let index = resources.length;
    while (index > 0 && (this.#positions.get(resources[index - 1]!) ?? 0) > position) index--;
    resources.splice(index, 0, resource);
  }

  /** The type in a URN carries the types of all parents but the stack. */
  #urn(type: string, name: string, parent: string): string {
    const parentTypes = parent.split("::")[2];
    const qualified = parentTypes && parentTypes !== ROOT_TYPE ? `${parentTypes}$${type}` : type;
    return `urn:pulumi:${this.graph.stack}::${this.graph.project}::${qualified}::${name}`;
  }
}

interface Wanted {
  urn: string;
  inputs: Values;
  options: resourceProto.TransformResourceOptions;
  position: number;
}

interface PackageSource {
  getPackageref(): string;
  getVersion(): string;
  getPlugindownloadurl?(): string;
}

/** What a program's SDK says after its engine has gone. */
const AFTERMATH =
  /Channel has been shut ?down|resource monitor (?:is terminating|shut down)|Resource monitor is terminating/i;

export class Unavailable extends Error {}

/** A provider reference is `<urn>::<id>`. */
const urnOf = (reference: string): string => reference.slice(0, Math.max(0, reference.lastIndexOf("::")));
