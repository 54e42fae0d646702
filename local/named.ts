/**
 * What a person means by a name: what is called so on AWS, else what the program calls so and Pulumi has given seven hex digits
 * of its own (https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming), which nobody can know beforehand.
 */
export function named<T extends { name: string }>(all: readonly T[], wanted: string): T[] {
  const exact = all.filter(({ name }) => name === wanted);
  if (exact.length > 0) return exact;
  return all.filter(({ name }) => name.startsWith(`${wanted}-`) && /^[0-9a-f]{7}$/.test(name.slice(wanted.length + 1)));
}
