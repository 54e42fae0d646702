/** The resource types of Pulumi's random provider: computed here, and the same at every start. */
import type { ResourceType } from "../resource-type.ts";
import { randomBytes } from "./random-bytes.ts";
import { randomId } from "./random-id.ts";
import { randomInteger } from "./random-integer.ts";
import { randomPassword } from "./random-password.ts";
import { randomPet } from "./random-pet.ts";
import { randomShuffle } from "./random-shuffle.ts";
import { randomString } from "./random-string.ts";
import { randomUuid, randomUuid4, randomUuid7 } from "./random-uuid.ts";

export const randomTypes: ResourceType[] = [
  ...[randomString, randomPassword, randomId, randomBytes, randomInteger, randomPet, randomShuffle],
  ...[randomUuid, randomUuid4, randomUuid7],
];
