/**
 * Transforms that a program registers: Pulumi's engine calls back for each resource, first those of the resource, then
 * those of its parents from the inside out, then the stack's
 * (https://www.pulumi.com/docs/iac/concepts/resources/options/transforms/).
 */
import resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import type { Callback, Callbacks } from "./callbacks.ts";
import { fromStruct, toStruct } from "./struct.ts";
import type { Values } from "./values.ts";

type Options = resourceProto.TransformResourceOptions;
type InvokeOptions = resourceProto.TransformInvokeOptions;

export class Transforms {
  readonly #callbacks: Callbacks;
  readonly #stack: Callback[] = [];
  readonly #stackInvoke: Callback[] = [];
  readonly #ofResource = new Map<string, { transforms: Callback[]; parent: string }>();
  /** Of remote components, whose own process registers them without the transforms that the program gave them. */
  readonly #pending = new Map<string, Callback[]>();

  constructor(callbacks: Callbacks) {
    this.#callbacks = callbacks;
  }

  addToStack(callback: Callback): void {
    this.#stack.push(callback);
  }

  addToStackInvokes(callback: Callback): void {
    this.#stackInvoke.push(callback);
  }

  /** @returns the inputs and options after every transform that applies, and the transforms that are the resource's own */
  async apply(
    request: resourceProto.RegisterResourceRequest,
    inputs: Values,
    options: Options,
  ): Promise<{ inputs: Values; options: Options; own: Callback[] }> {
    const own = this.#own(request);
    const inherited: Callback[] = [];
    for (let urn = request.getParent(); urn !== ""; urn = this.#ofResource.get(urn)?.parent ?? "") {
      inherited.push(...(this.#ofResource.get(urn)?.transforms ?? []));
    }
    let transformed = { inputs, options };
    for (const callback of [...own, ...inherited, ...this.#stack]) {
      const transform = new resourceProto.TransformRequest();
      transform.setName(request.getName());
      transform.setType(request.getType());
      transform.setParent(request.getParent());
      transform.setCustom(request.getCustom());
      transform.setProperties(toStruct(transformed.inputs));
      transform.setOptions(transformed.options);
      const response = await this.#callbacks.transform(callback, transform);
      transformed = {
        inputs: response.hasProperties() ? fromStruct(response.getProperties()) : transformed.inputs,
        options: response.getOptions() ?? transformed.options,
      };
    }
    return { ...transformed, own };
  }

  /** @returns arguments and options after every transform of the stack */
  async applyToInvoke(token: string, args: Values, options: InvokeOptions) {
    let transformed = { args, options };
    for (const callback of this.#stackInvoke) {
      const transform = new resourceProto.TransformInvokeRequest();
      transform.setToken(token);
      transform.setArgs(toStruct(transformed.args));
      transform.setOptions(transformed.options);
      const response = await this.#callbacks.transformInvoke(callback, transform);
      transformed = {
        args: response.hasArgs() ? fromStruct(response.getArgs()) : transformed.args,
        options: response.getOptions() ?? transformed.options,
      };
    }
    return transformed;
  }

  /** Its children inherit them from now on. */
  keep(urn: string, parent: string, transforms: Callback[]): void {
    this.#ofResource.set(urn, { transforms, parent });
  }

  #own(request: resourceProto.RegisterResourceRequest): Callback[] {
    const key = `${request.getParent()}::${request.getType()}::${request.getName()}`;
    const pending = this.#pending.get(key);
    if (pending) {
      this.#pending.delete(key);
      return pending;
    }
    const own = request.getTransformsList();
    if (request.getRemote() && own.length > 0) this.#pending.set(key, own);
    return own;
  }
}

/** What a registration asks for, in the form that transforms take and give. */
export function optionsOf(request: resourceProto.RegisterResourceRequest): Options {
  const options = new resourceProto.TransformResourceOptions();
  options.setDependsOnList(request.getDependenciesList());
  if (request.hasProtect()) options.setProtect(request.getProtect() ?? false);
  options.setIgnoreChangesList(request.getIgnorechangesList());
  options.setReplaceOnChangesList(request.getReplaceonchangesList());
  options.setReplacementTrigger(request.getReplacementTrigger());
  options.setVersion(request.getVersion());
  options.setAliasesList(request.getAliasesList());
  options.setProvider(request.getProvider());
  for (const [name, provider] of request.getProvidersMap().entries()) options.getProvidersMap().set(name, provider);
  options.setCustomTimeouts(request.getCustomtimeouts());
  options.setPluginDownloadUrl(request.getPlugindownloadurl());
  if (request.hasRetainondelete()) options.setRetainOnDelete(request.getRetainondelete() ?? false);
  options.setDeletedWith(request.getDeletedwith());
  options.setReplaceWithList(request.getReplaceWithList());
  if (request.getDeletebeforereplacedefined()) options.setDeleteBeforeReplace(request.getDeletebeforereplace());
  options.setAdditionalSecretOutputsList(request.getAdditionalsecretoutputsList());
  options.setHooks(request.getHooks());
  options.setImport(request.getImportid());
  options.setHideDiffList(request.getHidediffsList());
  return options;
}
