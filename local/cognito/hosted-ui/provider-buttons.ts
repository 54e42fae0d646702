/** The links of the sign-in page that lead to external identity providers. */
import { html } from "hono/html";
import { classes, type Markup, type Variant } from "./form-parts.ts";

/** What the page knows of a provider. */
export interface ProviderChoice {
  name: string;
  /** e.g. `OIDC`, `Google` */
  type: string;
}

/** Providers of whom everybody has an account, and their own names. */
const SOCIAL: Record<string, string> = { Google: "Google", LoginWithAmazon: "Login with Amazon" };

/** @param query the authorization request's, which each link carries on to a provider of its own */
export function providerButtons(providers: ProviderChoice[], query: string, variant: Variant): Markup {
  const social = providers.filter(({ type }) => Object.hasOwn(SOCIAL, type));
  const corporate = providers.filter(({ type }) => !Object.hasOwn(SOCIAL, type));
  const button = ({ name, type }: ProviderChoice, kind: string) =>
    html`<a class="provider${variant === "managed" ? "" : ` ${kind}-customizable`}" href="${addressOf(name, query)}">Continue with ${SOCIAL[type] ?? name}</a>`;
  const group = (choices: ProviderChoice[], description: string, kind: string) =>
    choices.length === 0
      ? ""
      : html`<p${classes(variant, "idpDescription-customizable")}>${description}</p>
          ${choices.map((choice) => button(choice, kind))}`;
  return html`${group(corporate, "Sign in with your corporate ID", "idpButton")}
        ${group(social, "Sign in with your social account", "socialButton")}`;
}

function addressOf(name: string, query: string): string {
  const parameters = new URLSearchParams(query);
  parameters.delete("idp_identifier");
  parameters.set("identity_provider", name);
  return `/oauth2/authorize?${parameters}`;
}
