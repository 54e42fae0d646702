/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
import * as pulumi from "@pulumi/pulumi";

/** A policy document that allows what its statements say. */
export function allow(...statements: object[]): pulumi.Output<string> {
  const Statement = statements.map((statement) => ({ Effect: "Allow", ...statement }));
  return pulumi.jsonStringify({ Version: "2012-10-17", Statement });
}
