/**
 * Resource hooks that a program registers, called around the creation of a resource as Pulumi's engine calls them
 * (https://www.pulumi.com/docs/iac/concepts/resources/options/hooks/). Nothing is ever updated or deleted here, so hooks
 * for that are never called, as in the first deployment of a stack.
 */
import resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import type { Callback, Callbacks } from "./callbacks.ts";
import type { Resource } from "./graph.ts";
import { toStruct } from "./struct.ts";
import type { Values } from "./values.ts";

interface Hook {
  callback: Callback;
  ignoreErrors: boolean;
}

/** Inputs and outputs as they are on the wire. */
export interface HookedResource extends Pick<Resource, "urn" | "id" | "name" | "type"> {
  wireInputs: Values;
  wireOutputs: Values;
}

/** Pulumi's engine gives up a resource after as many attempts. */
const MOST_ATTEMPTS = 100;

export class Hooks {
  readonly #callbacks: Callbacks;
  readonly #byName = new Map<string, Hook>();
  readonly #warn: (urn: string, message: string) => void;

  constructor(callbacks: Callbacks, warn: (urn: string, message: string) => void) {
    this.#callbacks = callbacks;
    this.#warn = warn;
  }

  add(name: string, callback: Callback | undefined, ignoreErrors = false): void {
    if (callback) this.#byName.set(name, { callback, ignoreErrors });
  }

  /** @throws Error when a hook fails whose errors count */
  async run(names: string[], moment: "before" | "after", resource: HookedResource): Promise<void> {
    for (const name of names) {
      const { callback, ignoreErrors } = this.#named(name);
      const request = new resourceProto.ResourceHookRequest();
      request.setUrn(resource.urn);
      request.setId(resource.id);
      request.setName(resource.name);
      request.setType(resource.type);
      request.setNewInputs(toStruct(resource.wireInputs));
      if (moment === "after") request.setNewOutputs(toStruct(resource.wireOutputs));
      try {
        await this.#callbacks.hook(callback, request);
      } catch (error) {
        const message = `${moment} hook "${name}" failed: ${(error as Error).message}`;
        if (!ignoreErrors) throw new Error(message);
        this.#warn(resource.urn, message);
      }
    }
  }

  /** Attempts the creation again as long as a hook asks for it. */
  async retrying<T>(names: string[], resource: HookedResource, create: () => Promise<T>): Promise<T> {
    const errors: string[] = [];
    for (;;) {
      try {
        return await create();
      } catch (error) {
        errors.push((error as Error).message);
        let again = false;
        for (const name of names) {
          const request = new resourceProto.ErrorHookRequest();
          request.setUrn(resource.urn);
          request.setName(resource.name);
          request.setType(resource.type);
          request.setNewInputs(toStruct(resource.wireInputs));
          request.setFailedOperation("create");
          request.setErrorsList(errors.toReversed());
          again = (await this.#callbacks.errorHook(this.#named(name).callback, request)) || again;
        }
        if (!again || errors.length >= MOST_ATTEMPTS) throw error;
      }
    }
  }

  #named(name: string): Hook {
    const hook = this.#byName.get(name);
    if (!hook) throw new Error(`hook "${name}" was not registered`);
    return hook;
  }
}
