/** random:index/randomPassword:RandomPassword: a RandomString that is a secret, with its bcrypt hash. */
import type { RandomPassword, RandomPasswordArgs } from "@pulumi/random";
import { resourceType } from "../resource-type.ts";
import { kindOutputs, randomText } from "./characters.ts";
import { CHARACTER_INPUTS } from "./random-string.ts";
import { SeededBytes } from "./seeded.ts";

let bcrypt: typeof import("bcryptjs");

/** The cost of Go's bcrypt, which the provider uses. */
const COST = "10";
const SALT_BYTES = 16;
/** Bcrypt reads no more of a password. */
const MOST_BYTES = 72;

export const randomPassword = resourceType<RandomPassword, RandomPasswordArgs>(
  "random:index/randomPassword:RandomPassword",
  {
    inputs: CHARACTER_INPUTS,
    load: async () => {
      bcrypt = await import("bcryptjs");
    },
    create(resource) {
      const random = new SeededBytes(resource);
      const result = randomText(resource.inputs, random);
      const salt = bcrypt.encodeBase64([...random.take(SALT_BYTES)], SALT_BYTES);
      const bcryptHash = bcrypt.hashSync(result.slice(0, MOST_BYTES), `$2a$${COST}$${salt}`);
      return { id: "none", outputs: { ...kindOutputs(resource.inputs), result, bcryptHash } };
    },
  },
);
