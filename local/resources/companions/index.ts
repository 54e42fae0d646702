/** The usual companions of what is served: what the provider documents about their outputs. */
import type { Companions } from "./companion.ts";
import { compute } from "./compute.ts";
import { EXISTING } from "./existing.ts";
import { identity } from "./identity.ts";
import { messaging } from "./messaging.ts";
import { network } from "./network.ts";
import { storage } from "./storage.ts";

/** Types that are served stand here for what is only looked up. */
export const COMPANIONS: Companions = { ...EXISTING, ...storage, ...messaging, ...identity, ...network, ...compute };
