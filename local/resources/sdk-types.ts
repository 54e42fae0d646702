/**
 * What a resource or a function of any provider answers with, by name and kind, as the declarations of the project's own
 * SDK (`@pulumi/<package>/<module>/<name>.d.ts`) say. They are generated, so a few patterns read them.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

export type Kind =
  | "text"
  | "number"
  | "boolean"
  | "other"
  | { readonly list: Kind }
  | { readonly map: Kind }
  | { readonly object: Properties };

/** The properties that are always there: one whose type allows `undefined` is left out. */
export type Properties = Readonly<Record<string, Kind>>;

const COMMENTS = /\/\*\*[\s\S]*?\*\//g;
/** Objects inside of objects beyond this are not looked into. */
const DEEPEST = 4;

export class SdkTypes {
  readonly #require: NodeJS.Require;
  readonly #files = new Map<string, Buffer>();

  /** @param directory of the project, which its packages are found from */
  constructor(directory: string) {
    this.#require = createRequire(join(directory, "package.json"));
  }

  /** @param type such as `aws:mq/broker:Broker` @returns nothing for a type that no installed package declares */
  outputsOf(type: string): Properties {
    const found = this.#locate(type);
    if (!found) return {};
    const body = new RegExp(`^export declare class ${found.name} extends[^{]*\\{\\n([\\s\\S]*?)^\\}`, "m").exec(
      found.text,
    );
    const members = body?.[1]?.matchAll(/^ {4}readonly (\w+): pulumi\.Output<([\s\S]*?)>;$/gm) ?? [];
    return this.#properties([...members], found.root, 0);
  }

  /** @param token such as `aws:ec2/getVpc:getVpc` */
  resultOf(token: string): Properties {
    const found = this.#locate(token);
    if (!found) return {};
    const name = `${found.name[0]!.toUpperCase()}${found.name.slice(1)}Result`;
    const body = new RegExp(`^export interface ${name} \\{\\n([\\s\\S]*?)^\\}`, "m").exec(found.text);
    const members = body?.[1]?.matchAll(/^ {4}(?:readonly )?(\w+\??): ([\s\S]*?);$/gm) ?? [];
    return this.#properties([...members], found.root, 0);
  }

  /** Where the declaration of a type or function stands, without its comments. */
  #locate(token: string): { root: string; text: string; name: string } | undefined {
    const [owner = "", module = "", name = ""] = token.split(":");
    if (!/^[\w-]+$/.test(owner) || !/^[\w./-]+$/.test(module) || module.includes("..") || !/^\w+$/.test(name))
      return undefined;
    const folder = module.includes("/") ? module.slice(0, module.lastIndexOf("/")) : module;
    const file = `${name[0]!.toLowerCase()}${name.slice(1)}.d.ts`;
    for (const candidate of [`@pulumi/${owner}`, `@pulumiverse/${owner}`, `pulumi-${owner}`, owner]) {
      let root: string;
      try {
        root = dirname(this.#require.resolve(`${candidate}/package.json`));
      } catch {
        continue;
      }
      for (const place of [folder === "index" ? "" : folder, module]) {
        // Some packages are compiled into a folder of their own.
        for (const base of [root, join(root, "bin")]) {
          const path = join(base, place, file);
          if (existsSync(path)) return { root: base, text: this.#read(path).toString().replace(COMMENTS, ""), name };
        }
      }
    }
    return undefined;
  }

  /** Its bytes: some are of megabytes, of which a few lines are wanted, and decoding takes ten times as long as reading. */
  #read(path: string): Buffer {
    let file = this.#files.get(path);
    if (file === undefined) {
      file = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
      this.#files.set(path, file);
    }
    return file;
  }

  #properties(members: RegExpMatchArray[], root: string, depth: number): Properties {
    const properties: Record<string, Kind> = {};
    for (const [, name = "", type = ""] of members) {
      if (!name.endsWith("?") && !/\| undefined$/.test(type)) properties[name] = this.#kind(type.trim(), root, depth);
    }
    return properties;
  }

  #kind(type: string, root: string, depth: number): Kind {
    if (type.endsWith("[]")) return { list: this.#kind(type.slice(0, -2).replace(/^\((.*)\)$/s, "$1"), root, depth) };
    const ofMap = /^\{\s*\[key: string\]: ([\s\S]*?);?\s*\}$/.exec(type);
    if (ofMap) return { map: this.#kind(ofMap[1]!, root, depth) };
    if (/^(?:string|enums\.[\w.]+)(?: \| (?:string|enums\.[\w.]+))*$/.test(type)) return "text";
    if (type === "number" || type === "boolean") return type;
    const [, namespace, name] = /^outputs\.(?:(\w+)\.)?(\w+)$/.exec(type) ?? [];
    return name === undefined || depth === DEEPEST ? "other" : this.#object(root, namespace, name, depth + 1);
  }

  #object(root: string, namespace: string | undefined, name: string, depth: number): Kind {
    const text = this.#read(join(root, "types/output.d.ts"));
    const from = namespace === undefined ? 0 : text.indexOf(`export declare namespace ${namespace} {`);
    const start = from < 0 ? -1 : text.indexOf(`interface ${name} {`, from);
    if (start < 0) return "other";
    const indent = namespace === undefined ? "" : "    ";
    const body = text.toString("utf8", start, text.indexOf(`\n${indent}}`, start)).replace(COMMENTS, "");
    const members = body.matchAll(new RegExp(`^${indent} {4}(\\w+\\??): ([\\s\\S]*?);$`, "gm"));
    return { object: this.#properties([...members], root, depth) };
  }
}
