/**
 * The member of a map that this name, often a client's word, stands for: never what every JavaScript object has, such as
 * `constructor`.
 */
export function ownMember<T>(map: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
}
