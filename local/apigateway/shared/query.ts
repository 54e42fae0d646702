/** Query strings as API Gateway and function URLs read them. */

/** @returns the decoded pairs in their order; `;` separates like `&`, and what cannot be decoded stays as it is */
export function decodeQuery(queryString: string): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (const part of queryString.split(/[&;]/)) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = decode(equals < 0 ? part : part.slice(0, equals));
    pairs.push([name, equals < 0 ? "" : decode(part.slice(equals + 1))]);
  }
  return pairs;
}

function decode(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
