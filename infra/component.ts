/** What the components share: how resources are named, how arguments are checked, and the way past what they offer. */
import * as pulumi from "@pulumi/pulumi";
import type { FaultOf } from "./addresses.ts";

/** Properties that replace a component's own, or a function that changes arguments and options in place. */
export type Transform<Args> = Partial<Args> | ((args: Args, opts: pulumi.CustomResourceOptions, name: string) => void);

type ResourceClass<Args, Resource> = new (name: string, args: Args, opts?: pulumi.CustomResourceOptions) => Resource;

export abstract class Component extends pulumi.ComponentResource {
  readonly #name: string;
  readonly #transforms: ReadonlyMap<string, unknown>;

  /** @param transforms by the name of what they transform */
  constructor(type: string, name: string, opts?: pulumi.ComponentResourceOptions, transforms: object = {}) {
    super(`demo-auth:${type}`, name, {}, opts);
    this.#name = name;
    this.#transforms = new Map(Object.entries(transforms));
  }

  /** A resource of this component, called `<component>-<name>`. */
  protected make<Args extends object, Resource>(
    type: ResourceClass<Args, Resource>,
    name: string,
    args: NoInfer<Args>,
    opts: pulumi.CustomResourceOptions = {},
  ): Resource {
    const transform = this.#transforms.get(name) as Transform<Args> | undefined;
    const resource = { name: `${this.#name}-${name}`, args, opts: { parent: this, ...opts } };
    if (typeof transform === "function") transform(args, resource.opts, resource.name);
    else resource.args = { ...args, ...transform };
    return new type(resource.name, resource.args, resource.opts);
  }

  /**
   * An argument that keeps to a rule, text by text.
   * @param what names the argument
   * @throws RunError at once where the value is known, otherwise when it gets known
   */
  protected check<T>(what: string, faultOf: FaultOf, input: T): T;
  protected check(what: string, faultOf: FaultOf, input: unknown): unknown {
    if (Array.isArray(input)) return input.map((item) => this.check(what, faultOf, item));
    if (pulumi.Output.isInstance(input) || input instanceof Promise)
      return pulumi.output(input).apply((value) => this.check(what, faultOf, value));
    if (typeof input !== "string") return input;
    const fault = faultOf(input);
    if (fault) throw new pulumi.RunError(`${this.#name}: ${what} has ${JSON.stringify(input)}${fault}.`);
    return input;
  }
}
