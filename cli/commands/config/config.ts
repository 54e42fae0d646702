/** Every setting of the target at hand, with its source. */

import { SessionStore } from "../../sessions/store.ts";
import type { CommandContext } from "../../shared/command-context.ts";
import { safeText } from "../../shared/text.ts";
import { parseStorage } from "../../targets/configuration.ts";
import { gatherSettings } from "../../targets/resolve.ts";

/** Shows also a target that lacks something. @throws CliError when there is no target at all */
export async function showConfig(io: CommandContext): Promise<void> {
  const { world, out } = io;
  const { label, settings, sources, userConfig } = await gatherSettings(world, io.flags, { warn: out.warn });
  const fromEnvironment = parseStorage(world.env.DEMO_AUTH_STORAGE || undefined, "DEMO_AUTH_STORAGE");
  const storage = fromEnvironment
    ? { value: fromEnvironment, source: "DEMO_AUTH_STORAGE" }
    : { value: userConfig.storage ?? "file", source: userConfig.storage ? userConfig.file : "default" };
  const values = {
    ...Object.fromEntries(
      Object.entries(sources).map(([name, source]) => [name, { value: Object(settings)[name] ?? null, source }]),
    ),
    storage,
    userFile: { value: userConfig.file, source: userFileSource(io) },
    sessionFolder: { value: new SessionStore(world).directory, source: homeSource(io) },
  };
  if (out.json) {
    out.document({ target: label, values });
    return;
  }
  out.text(`target        ${safeText(label)}\n`);
  for (const [name, { value, source }] of Object.entries(values)) {
    out.text(`${name.padEnd(13)} ${inWords(name, value)}  (${safeText(source)})\n`);
  }
}

function userFileSource(io: CommandContext): string {
  if (io.flags.config) return "--config";
  return io.world.env.DEMO_AUTH_CONFIG ? "DEMO_AUTH_CONFIG" : homeSource(io);
}

function homeSource({ world }: CommandContext): string {
  return world.env.DEMO_AUTH_HOME ? "DEMO_AUTH_HOME" : "default";
}

function inWords(name: string, value: unknown): string {
  if (value === null) return unset[name] ?? "not set";
  const items = Array.isArray(value) ? value : [value];
  const words = items.map((item) => (typeof item === "object" ? `${item.method} ${item.path}` : String(item)));
  return safeText(words.join(", "), 1000);
}

/** What happens when a value is not set. */
const unset: Record<string, string> = {
  hostedUiUrl: "asked from the issuer",
  callbackUrls: "ports 47810 to 47814, /callback",
  flow: "code",
  tokenUse: "as each route needs",
  scopes: "openid, email",
};
