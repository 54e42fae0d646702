/** How a person gets to the sign-in page: in a browser that opens, by an address, or through SSH. */
import { noBrowserReason } from "../../shared/browser.ts";
import type { CommandContext } from "../../shared/command-context.ts";
import { CliError } from "../../shared/errors.ts";
import { safeText } from "../../shared/text.ts";
import type { Target } from "../../targets/target.ts";
import { type LoginFlags, wantsPaste } from "./login-flags.ts";

/** What a browser on another machine has to reach here: the callback, and all of a local cloud. */
function portsToForward({ redirectUri, authorizationUrl }: Addresses, target: Target): string[] {
  const local = [authorizationUrl, target.console, target.apiUrl].filter((url) => url !== undefined);
  const urls = [redirectUri, ...(target.console === undefined ? [] : local)].map((url) => new URL(url));
  return [...new Set(urls.map(({ port, protocol }) => port || (protocol === "https:" ? "443" : "80")))];
}

type Addresses = { authorizationUrl: string; redirectUri: string; close(error: Error): void };

export function guideToBrowser(io: CommandContext<LoginFlags>, addresses: Addresses, target: Target): void {
  const { world, flags, out } = io;
  const reason = noBrowserReason(world);
  // A variable that is empty names no program.
  const explicit = typeof flags.browser === "string" && flags.browser.trim() !== "" ? flags.browser : undefined;
  const opens = flags.browser !== false && (explicit !== undefined || reason === undefined);
  if (flags.listenHost) {
    out.warn(`Listening on ${safeText(flags.listenHost)}: other machines can reach this sign-in while it waits.`);
  }
  out.note(
    opens ? "Opening your browser. If nothing happens, open this address yourself:" : "Open this address to sign in:",
  );
  out.important(addresses.authorizationUrl);
  if (reason === "ssh") {
    const forwards = portsToForward(addresses, target).map((port) => ` -L ${port}:127.0.0.1:${port}`);
    out.note(`If your browser runs on another machine, connect with: ssh${forwards.join("")} user@host`);
  }
  if (wantsPaste(io))
    out.note("Or paste here the address that the browser ends at (it is not shown), then press Enter.");
  out.note(out.mark("dim", `Waiting at ${addresses.redirectUri} (Ctrl-C to stop)…`));
  if (!opens) return;
  const browser = { command: explicit, privateWindow: flags.privateWindow, secret: true };
  world.openBrowser(addresses.authorizationUrl, browser).then(
    ({ failed }) =>
      void failed.then((why) => out.warn(`The browser did not open: ${safeText(why)}. Open the address above.`)),
    (error: Error) => {
      const why = safeText(error.message, 200);
      if (explicit === undefined && !flags.privateWindow)
        out.warn(`The browser did not open: ${why}. Open the address above.`);
      else
        addresses.close(
          new CliError("browser_unusable", `The browser could not be started: ${why}.`, {
            next: { command: "login", args: ["--no-browser"] },
          }),
        );
    },
  );
}
