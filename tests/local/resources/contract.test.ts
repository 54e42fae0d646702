/** What a contract finds in the inputs of a resource. */
import assert from "node:assert/strict";
import type { OutputInstance } from "@pulumi/pulumi";
import {
  type AnyContract,
  type Contract,
  notServed,
  served,
  servedExcept,
  unservedInputs,
  withoutEffect,
} from "../../../local/resources/contract.ts";

type Input<T> = T | Promise<T> | OutputInstance<T>;

/** As the provider's types are written. */
interface SampleArgs {
  name?: Input<string | undefined>;
  tags?: Input<Record<string, Input<string>> | undefined>;
  cache?: Input<boolean | undefined>;
  mode?: Input<string | undefined>;
  uri?: Input<string | undefined>;
  triggers?: Input<Input<{ preSignUp?: Input<string>; kmsKeyId?: Input<string> }>[] | undefined>;
}

const contract: Contract<SampleArgs> = {
  name: served,
  tags: withoutEffect("they are for the bill"),
  cache: notServed("nothing is cached"),
  mode: notServed("only OFF is known here", { unless: ["OFF"], guards: true }),
  uri: servedExcept("other hosts are not called", (value) => value !== "here"),
  triggers: { parts: { preSignUp: served, kmsKeyId: notServed("no key is asked for") } },
};

const found = (inputs: Record<string, unknown>) => unservedInputs(contract as AnyContract, inputs);

describe("a contract", () => {
  it("names what is set and not served, with the path into lists of objects, once", () => {
    const inputs = {
      name: "a",
      tags: { a: "b" },
      cache: true,
      mode: "ON",
      triggers: [{ preSignUp: "f", kmsKeyId: "k" }, { kmsKeyId: "l" }],
    };
    assert.deepEqual(found(inputs), [
      { property: "cache", reason: "nothing is cached", guards: false },
      { property: "mode", reason: "only OFF is known here", guards: true },
      { property: "triggers.kmsKeyId", reason: "no key is asked for", guards: false },
    ]);
  });

  it("takes values that ask for nothing as not set", () => {
    assert.deepEqual(found({ cache: false, mode: "OFF", triggers: [{ kmsKeyId: "" }] }), []);
    assert.deepEqual(found({ cache: undefined, mode: null }), []);
  });

  it("names an input that is served only with the values that are not", () => {
    assert.deepEqual(found({ uri: "here" }), []);
    assert.deepEqual(found({ uri: "there" }), [
      { property: "uri", reason: "other hosts are not called", guards: false },
    ]);
  });

  it("names an input that it does not know, and not the provider's own book-keeping", () => {
    assert.deepEqual(found({ fresh: 1, __defaults: ["name"] }), [
      { property: "fresh", reason: "this release of the local cloud does not know the property", guards: false },
    ]);
  });

  it("is refused by the compiler when it leaves an input out, at any depth", () => {
    // @ts-expect-error: cache and mode are missing
    const short: Contract<SampleArgs> = { name: served, tags: served, triggers: served };
    // @ts-expect-error: kmsKeyId is missing
    const shallow: Contract<Pick<SampleArgs, "triggers">> = { triggers: { parts: { preSignUp: served } } };
    // @ts-expect-error: a map from any text has no properties to sort
    const invented: Contract<Pick<SampleArgs, "tags">> = { tags: { parts: { a: served } } };
    assert.ok(short && shallow && invented, "these lines are for the compiler");
  });
});
