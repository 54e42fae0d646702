/**
 * The JSONPath of mapping templates and parameter mappings: names, indexes and `*`
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html, `$input`).
 */

/**
 * @param path e.g. `$.items[0].name`, `$['a b']`, `$.items[*].id`
 * @returns `undefined` when nothing is there; an array for a path with `*`
 */
export function jsonPath(root: unknown, path: string): unknown {
  let values: unknown[] = [root];
  let several = false;
  for (const step of steps(path)) {
    if (step === "*") {
      several = true;
      values = values.flatMap((value) => (typeof value === "object" && value !== null ? Object.values(value) : []));
    } else {
      values = values.filter((value) => hasStep(value, step)).map((value) => (value as Record<string, unknown>)[step]);
    }
  }
  return several ? values : values[0];
}

function hasStep(value: unknown, step: string): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, step);
}

const STEP = /\.?([^.[\]'"]+)|\[\s*(?:'([^']*)'|"([^"]*)"|(\d+|\*))\s*\]/y;

/** @throws SyntaxError for a path of another form */
function steps(path: string): string[] {
  const text = path.trim().replace(/^\$/, "");
  const found: string[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const match = STEP.exec(text);
    if (!match) throw new SyntaxError(`The local cloud does not read the JSONPath ${path}`);
    found.push(match.slice(1).find((part) => part !== undefined) ?? "");
  }
  return found;
}
