/** What `--host` and `--allow-host` open to other machines. */
import { isIP } from "node:net";
import type { Reach } from "../../../local/http/loopback.ts";
import { usage } from "../../shared/command-context.ts";
import { safeText } from "../../shared/text.ts";

export interface ReachFlags {
  /** True after `--host` alone. */
  host?: string | true;
  allowHost?: string[];
  https?: boolean;
}

const everyAddress = ["0.0.0.0", "::"];

/**
 * @returns `undefined` for a cloud that stays on loopback
 * @throws CliError `usage`
 */
export function parseReach({ host, allowHost = [], https }: ReachFlags): Reach | undefined {
  if (host === undefined) {
    if (allowHost.length === 0) return undefined;
    throw usage("--allow-host needs --host: nothing but this machine reaches a local cloud", "Add --host");
  }
  const given = host === true ? "0.0.0.0" : unbracketed(host);
  if (isIP(given) === 0 || !URL.canParse(`http://${inUrl(given)}`))
    throw usage(
      `"${safeText(given, 100)}" is not an IP address to listen on`,
      "Write --host alone for all of this machine's, and --allow-host NAME for a name that is answered",
    );
  const address = unbracketed(new URL(`http://${inUrl(given)}`).hostname);
  // Whoever asks for the very address that was named cannot have been sent there by another's DNS.
  const hosts = [...(everyAddress.includes(address) ? [] : [address]), ...allowHost].map(parseHost);
  if (https && hosts[0] !== undefined)
    throw usage(
      `With --https, ${hosts[0]} cannot be answered: the certificate is good for loopback names only`,
      "Leave --https out, or publish the same ports on the loopback address of the other machine",
    );
  return { address, hosts: [...new Set(hosts)] };
}

/** A name as a `Host` field has it, without a port: one name each, and no pattern. */
function parseHost(text: string): string {
  const name = unbracketed(text).toLowerCase();
  const isName = /^(?!-)[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(name) && name.length <= 253;
  // Clients write an address in its one canonical form (RFC 5952).
  if ((isIP(name) !== 0 || isName) && URL.canParse(`http://${inUrl(name)}`))
    return new URL(`http://${inUrl(name)}`).hostname;
  throw usage(
    `"${safeText(text, 100)}" is not the name of a host`,
    "Write --allow-host auth, without a scheme, a port or *",
  );
}

const unbracketed = (host: string): string => host.replace(/^\[(.*)\]$/, "$1");
const inUrl = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host);
