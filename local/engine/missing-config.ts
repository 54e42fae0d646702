/**
 * Finds all the configuration that a program lacks. It stops at the first value that it does not get; what it would ask for
 * next is seen by running it once more, as a preview in which Pulumi's SDK makes up each value: no plugin and no hook runs,
 * and nothing of it is kept.
 */
import { type Diagnostic, type MissingValue, ProgramError } from "./problems.ts";
import { MISSING_CONFIG } from "./sdk-additions.ts";

const REGION = { "aws:region": "us-east-1" };

/**
 * @param preview runs the program with this configuration in addition, and hands on its messages
 * @returns the error with all that was found, in the order in which the program asks
 */
export async function withAllMissing(
  error: ProgramError,
  preview: (config: Record<string, string>, onMessage: (message: Diagnostic) => void) => Promise<unknown>,
): Promise<ProgramError> {
  const found = new Map<string, MissingValue>();
  const add = (values: readonly MissingValue[]) => {
    for (const value of values) if (!found.has(value.key)) found.set(value.key, value);
  };
  add(error.missing);
  // A region is asked for by the provider's SDK, which makes nothing up.
  const config = found.has("aws:region") ? REGION : {};
  try {
    await preview(config, ({ message }) => {
      if (message.startsWith(MISSING_CONFIG)) add([JSON.parse(message.slice(MISSING_CONFIG.length)) as MissingValue]);
    });
  } catch (failure) {
    // Where it does not get on with what is made up, the rest stays unknown.
    if (failure instanceof ProgramError) add(failure.missing);
  }
  return found.size > 1 ? error.withMissing([...found.values()]) : error;
}
