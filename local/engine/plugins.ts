/**
 * Finds the plugins of other providers and remote components where Pulumi finds them, and starts those that may run:
 * under `plugins` or `packages` of Pulumi.yaml, on PATH, in `$PULUMI_HOME/plugins`
 * (https://www.pulumi.com/docs/iac/guides/building-extending/packages/).
 */
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { parse } from "yaml";
import type { Resource } from "./graph.ts";
import { type Launch, type PackageRequest, Plugin, type PluginContext } from "./plugin.ts";
import { type Purpose, unsafe } from "./plugin-safety.ts";

/** The provider of `pulumi.dynamic.Resource`, which is part of the SDK. */
const DYNAMIC = "pulumi-nodejs";

export class Plugins {
  readonly #context: PluginContext;
  readonly #running = new Map<string, Promise<Plugin>>();

  constructor(context: PluginContext) {
    this.#context = context;
  }

  /**
   * @param explicit the provider resource that the program named, whose inputs configure the plugin
   * @returns the plugin, or why none runs, as a clause for the person
   * @throws Error when the plugin is there and fails to start
   */
  async find(wanted: PackageRequest, purpose: Purpose, explicit: Resource | undefined): Promise<Plugin | string> {
    const { name, version, downloadUrl, parameter } = wanted;
    const refusal = unsafe(name, purpose, this.#context.project.local.plugins);
    if (refusal !== undefined) return refusal;
    const launch = this.#locate(name, version);
    if (!launch)
      return `its plugin is not installed; install it with \`${installCommand(name, version, downloadUrl)}\``;
    const key = JSON.stringify([name, version, parameter?.name, parameter?.version, explicit?.urn]);
    let plugin = this.#running.get(key);
    if (!plugin) {
      plugin = Plugin.start(this.#context, wanted, launch, explicit);
      this.#running.set(key, plugin);
    }
    return plugin;
  }

  close(): void {
    for (const plugin of this.#running.values()) {
      plugin.then(
        (running) => running.close(),
        () => {},
      );
    }
  }

  #locate(name: string, version: string): Launch | undefined {
    const { environment, project } = this.#context;
    const sdk = createRequire(join(project.workingDirectory, "package.json"));
    if (name === DYNAMIC) {
      return { command: process.execPath, args: [sdk.resolve("@pulumi/pulumi/cmd/dynamic-provider")] };
    }
    const executable = `pulumi-resource-${name}`;
    const own = project.plugins[name];
    if (own !== undefined) return launchIn(own, executable, sdk);
    if (!environment.PULUMI_IGNORE_AMBIENT_PLUGINS) {
      for (const folder of (environment.PATH ?? "").split(delimiter)) {
        const file = join(folder, executable);
        if (folder !== "" && isExecutable(file)) return { command: file, args: [] };
      }
    }
    const home = environment.PULUMI_HOME ?? join(environment.HOME || homedir(), ".pulumi");
    const installed = installedVersions(join(home, "plugins"), name);
    const chosen = version === "" ? installed.at(-1) : version.replace(/^v/, "");
    return chosen === undefined
      ? undefined
      : launchIn(join(home, "plugins", `resource-${name}-v${chosen}`), executable, sdk);
  }
}

function installCommand(name: string, version: string, downloadUrl: string): string {
  const server = downloadUrl === "" ? "" : ` --server ${downloadUrl}`;
  return `pulumi plugin install resource ${name}${version === "" ? "" : ` ${version.replace(/^v?/, "v")}`}${server}`;
}

/** A program, or a folder of source code that `PulumiPlugin.yaml` describes. */
function launchIn(path: string, executable: string, sdk: NodeJS.Require): Launch | undefined {
  if (!existsSync(path)) return undefined;
  if (!statSync(path).isDirectory()) return { command: path, args: [] };
  const file = join(path, executable);
  if (isExecutable(file)) return { command: file, args: [] };
  const description = join(path, "PulumiPlugin.yaml");
  if (!existsSync(description)) return undefined;
  const { runtime } = parse(readFileSync(description, "utf8")) as { runtime?: string | { name?: string } };
  if ((typeof runtime === "object" ? runtime.name : runtime) !== "nodejs") return undefined;
  return { command: process.execPath, args: [sdk.resolve("@pulumi/pulumi/cmd/run-plugin"), path], source: true };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Oldest first. */
function installedVersions(folder: string, name: string): string[] {
  if (!existsSync(folder)) return [];
  const prefix = `resource-${name}-v`;
  const byNumber = new Intl.Collator("en", { numeric: true });
  return readdirSync(folder)
    .filter(
      (entry) =>
        entry.startsWith(prefix) && /^\d/.test(entry.slice(prefix.length)) && !/\.(?:lock|partial)$/.test(entry),
    )
    .map((entry) => entry.slice(prefix.length))
    .sort(byNumber.compare);
}
