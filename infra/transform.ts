/**
 * A way past what a component's arguments offer: each component takes one transform for each resource that it makes,
 * either properties that replace its own, or a function that changes arguments and options in place.
 */
import type * as pulumi from "@pulumi/pulumi";

export type Transform<Args> = Partial<Args> | ((args: Args, opts: pulumi.CustomResourceOptions, name: string) => void);

/** @returns what the constructor of a resource takes */
export function transformed<Args extends object>(
  transform: Transform<Args> | undefined,
  name: string,
  args: Args,
  opts: pulumi.CustomResourceOptions,
): [name: string, args: Args, opts: pulumi.CustomResourceOptions] {
  if (typeof transform !== "function") return [name, { ...args, ...transform }, opts];
  transform(args, opts, name);
  return [name, args, opts];
}
