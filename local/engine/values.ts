/**
 * Property values as they travel between a Pulumi program and its engine: JSON, with secrets, assets, archives, output
 * values and resource references wrapped in objects that carry a signature
 * (https://pulumi-developer-docs.readthedocs.io/latest/docs/architecture/deployment-execution/resource-properties.html).
 */

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export type Values = Record<string, unknown>;

/** A file's content: inline, at a path (relative to the program's working directory), or at an address. */
export class Asset {
  readonly text: string | undefined;
  readonly path: string | undefined;
  readonly uri: string | undefined;

  constructor(source: Values) {
    this.text = source.path || source.uri ? undefined : ((source.text as string | undefined) ?? "");
    this.path = (source.path as string | undefined) || undefined;
    this.uri = (source.uri as string | undefined) || undefined;
  }

  /** The form on the wire, which `decode` reads. */
  toJSON(): Values {
    return { [SIGNATURE]: ASSET, text: this.text, path: this.path, uri: this.uri };
  }
}

/** Several files: named assets, a folder or archive file at a path, or an address. */
export class Archive {
  readonly assets: Record<string, Asset | Archive> | undefined;
  readonly path: string | undefined;
  readonly uri: string | undefined;

  constructor(source: Values) {
    this.assets = source.assets
      ? Object.fromEntries(
          Object.entries(source.assets).map(([name, value]) => [name, decode(value) as Asset | Archive]),
        )
      : undefined;
    this.path = (source.path as string | undefined) || undefined;
    this.uri = (source.uri as string | undefined) || undefined;
  }

  /** The form on the wire, which `decode` reads. */
  toJSON(): Values {
    return { [SIGNATURE]: ARCHIVE, assets: this.assets, path: this.path, uri: this.uri };
  }
}

/** Unwraps a value from the wire: secrets and outputs become what they hold, resources their id, unknowns `undefined`. */
export function decode(value: unknown): unknown {
  if (value === UNKNOWN) return undefined;
  if (Array.isArray(value)) return value.map(decode);
  if (value === null || typeof value !== "object") return value;
  const object = value as Values;
  switch (object[SIGNATURE]) {
    case undefined:
      return Object.fromEntries(Object.entries(object).map(([key, item]) => [key, decode(item)]));
    case SECRET:
    case OUTPUT:
      return decode(object.value);
    case ASSET:
      return new Asset(object);
    case ARCHIVE:
      return new Archive(object);
    case RESOURCE:
      return object.id ?? object.urn;
    default:
      throw new Error(`unknown kind of property value ${JSON.stringify(object[SIGNATURE])}`);
  }
}

/** @returns the same values with those of `names` marked as secrets */
export function markSecrets(values: Values, names: readonly string[]): Values {
  const secrets = names
    .filter((name) => values[name] !== undefined && !holdsSecret(values[name]))
    .map((name) => [name, { [SIGNATURE]: SECRET, value: values[name] }]);
  return { ...values, ...Object.fromEntries(secrets) };
}

/** Where in a value something is that cannot be known, as a property path; empty when all of it is known. */
export function unknownPaths(value: unknown, path = ""): string[] {
  if (value === UNKNOWN) return [path];
  if (Array.isArray(value)) return value.flatMap((item, index) => unknownPaths(item, `${path}[${index}]`));
  if (value === null || typeof value !== "object") return [];
  const object = value as Values;
  if (object[SIGNATURE] === SECRET) return unknownPaths(object.value, path);
  if (object[SIGNATURE] === OUTPUT) return object.value === undefined ? [path] : unknownPaths(object.value, path);
  return Object.entries(object).flatMap(([key, item]) => unknownPaths(item, path === "" ? key : `${path}.${key}`));
}

/** For people: says in the place of each unknown that it is one. */
export function describeUnknown(value: unknown): unknown {
  const valued = withoutOutputValues(value);
  if (valued === UNKNOWN) return "[not known here]";
  if (Array.isArray(valued)) return valued.map(describeUnknown);
  if (valued === null || typeof valued !== "object") return valued;
  return Object.fromEntries(Object.entries(valued).map(([key, item]) => [key, describeUnknown(item)]));
}

/** The resources (URNs) that the output values inside depend on. */
export function outputDependencies(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(outputDependencies);
  if (value === null || typeof value !== "object") return [];
  const object = value as Values;
  const own = object[SIGNATURE] === OUTPUT && Array.isArray(object.dependencies) ? object.dependencies : [];
  return [...(own as string[]), ...Object.values(object).flatMap(outputDependencies)];
}

/** Output values as what providers and programs of any age understand: the value, the secret, or the mark of an unknown. */
export function withoutOutputValues<T>(value: T): T {
  return rewritten(value, (object) => {
    if (object[SIGNATURE] !== OUTPUT) return undefined;
    const held = object.value === undefined ? UNKNOWN : withoutOutputValues(object.value);
    return object.secret === true ? secret(held) : held;
  });
}

/** The same value with what is secret in the clear, for a provider that knows of no secrets. */
export function withoutSecrets<T>(value: T): T {
  return rewritten(value, (object) => (object[SIGNATURE] === SECRET ? withoutSecrets(object.value) : undefined));
}

export const secret = (value: unknown): Values => ({ [SIGNATURE]: SECRET, value });

/** An output that cannot be known; what a program makes of it cannot be known either. */
export const unknownOutput = (urn: string): Values => ({ [SIGNATURE]: OUTPUT, dependencies: [urn] });

/** Whether a secret is anywhere inside. */
export function holdsSecret(value: unknown): boolean {
  if (value === null || typeof value !== "object") return false;
  if (Array.isArray(value)) return value.some(holdsSecret);
  const object = value as Values;
  return (
    object[SIGNATURE] === SECRET ||
    (object.secret === true && object[SIGNATURE] === OUTPUT) ||
    Object.values(object).some(holdsSecret)
  );
}

/** The same value with every reference to a resource replaced by its id, which is what a cloud provider stores. */
export function dereference<T>(value: T): T {
  return rewritten(value, (object) => (object[SIGNATURE] === RESOURCE ? (object.id ?? object.urn) : undefined));
}

/** A copy in which `replace` has taken the place of each object that it has something else for. */
function rewritten<T>(value: T, replace: (object: Values) => unknown): T {
  if (Array.isArray(value)) return value.map((item) => rewritten(item, replace)) as T;
  if (value === null || typeof value !== "object") return value;
  const replaced = replace(value as Values);
  if (replaced !== undefined) return replaced as T;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rewritten(item, replace)])) as T;
}
