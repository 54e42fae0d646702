/** Where Pulumi starts, in JavaScript, so that a Node.js that cannot read the program's TypeScript says so. */
import * as pulumi from "@pulumi/pulumi";

export default async function program() {
  const { node } = process.versions;
  if (Number.parseInt(node, 10) >= 24) return { ...(await import("./index.ts")) };
  throw new pulumi.RunError(
    `This program needs Node.js 24 or newer, but the node on your PATH, which pulumi takes, is ${node}.\n` +
      "Run `npm ci` and then `npx pulumi` in place of `pulumi`, which brings its own; or install Node.js 24: https://nodejs.org",
  );
}
