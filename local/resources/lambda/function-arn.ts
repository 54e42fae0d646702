/** The names by which a function of the program can be meant (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html). */
import type { FunctionModel } from "../../model.ts";
import type { CloudBuilder } from "../cloud-builder.ts";

/**
 * The ARN of a function of the program by any name that the Lambda API takes: its name, a partial ARN or an ARN, each
 * also with a qualifier. What is not the program's stays as it is.
 */
export function arnOfFunction({ model }: CloudBuilder, reference: string): string {
  const own: Pick<FunctionModel, "name" | "arn">[] = [...model.functions, ...model.functionsElsewhere];
  const found = own.find(({ name, arn }) => {
    const partial = `${model.accountId}:function:${name}`;
    return [name, arn, partial].some((form) => reference === form || reference.startsWith(`${form}:`));
  });
  if (!found) return reference;
  const [, qualifier] = /(?:^[^:]+|:function:[^:]+):([^:]+)$/.exec(reference) ?? [];
  return qualified(found.arn, qualifier);
}

export const qualified = (arn: string, qualifier: string | undefined): string =>
  qualifier === undefined || qualifier === "" || qualifier === "$LATEST" ? arn : `${arn}:${qualifier}`;
