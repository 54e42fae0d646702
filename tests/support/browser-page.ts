/** What a browser does with the private page that it is given in the place of a sign-in's address. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** @returns the address that the page leads to */
export function addressIn(page: string): string {
  const [, address = ""] =
    /http-equiv="refresh" content="0;url=([^"]*)"/.exec(readFileSync(fileURLToPath(page), "utf8")) ?? [];
  return address.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&amp;", "&");
}
