/**
 * The JWT authorizer: any OpenID Connect issuer's tokens by RSA signature, issuer, audience, times and the route's scopes. It
 * does not look at `token_use`: a Cognito ID token passes by its `aud`, an access token by its `client_id`
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html).
 */
import { type KeyObject, verify } from "node:crypto";
import { jsonObjectIn } from "../../json-object.ts";
import type { HttpApiModel, HttpAuthorizerModel } from "../../model.ts";
import type { ApiServices } from "../shared/api-services.ts";
import type { AuthorizedCaller, RoutedHttpExchange } from "./http-exchange.ts";
import { identitySource } from "./identity-sources.ts";
import { type IssuerKeys, issuerKeys, KeysUnavailable } from "./jwt-keys.ts";
import { HttpApiRefusal } from "./refusal.ts";

const DIGESTS: ReadonlyMap<string, string> = new Map([
  ["RS256", "RSA-SHA256"],
  ["RS384", "RSA-SHA384"],
  ["RS512", "RSA-SHA512"],
]);
/** Without padding (RFC 7515 §2). */
const BASE64URL = /^[A-Za-z0-9_-]*$/;
/** What an `error_description` cannot hold (RFC 6750 §3). */
const NOT_IN_DESCRIPTION = /[^\x20-\x7e]|["\\]/g;
/** Tokens whose signature has been checked; the oldest go first. */
const MOST_REMEMBERED = 1000;

type Claims = Record<string, unknown>;

interface Checked {
  kid: string;
  key: KeyObject;
  claims: Claims;
  caller: Extract<AuthorizedCaller, { kind: "jwt" }>;
}

export class JwtAuthorizer {
  readonly #model: HttpAuthorizerModel;
  readonly #now: () => number;
  readonly #keys: IssuerKeys;
  readonly #checked = new Map<string, Checked>();

  constructor(model: HttpAuthorizerModel, api: HttpApiModel, { platform, tokenIssuer }: ApiServices) {
    this.#model = model;
    this.#now = () => platform.now();
    this.#keys = issuerKeys(model.issuer ?? "", api, tokenIssuer, this.#now);
  }

  /** @throws HttpApiRefusal 401, or 403 when the token lacks the route's scopes */
  async authorize(exchange: RoutedHttpExchange): Promise<AuthorizedCaller> {
    const { authorizationScopes: wanted } = exchange.route;
    const [source = "$request.header.Authorization"] = this.#model.identitySources;
    const found = identitySource(source, exchange);
    if (!found) {
      throw new HttpApiRefusal(401, `Refused by the JWT authorizer: the request has no ${source}.`, {
        challenge: "Bearer",
      });
    }
    const jwt = /^Bearer +/i.test(found) ? found.replace(/^Bearer +/i, "") : found;
    const { claims, caller } = await this.#check(jwt, wanted);
    this.#requireCurrent(claims, wanted);
    const granted = grantedScopes(claims);
    if (wanted.length > 0 && !wanted.some((scope) => granted.includes(scope))) {
      throw new HttpApiRefusal(
        403,
        `Refused by the JWT authorizer: the token's scopes are ${granted.join(" ") || "none"}; the route wants ${wanted.join(" or ")}.`,
      );
    }
    return { ...caller, scopes: wanted.length > 0 ? granted : null };
  }

  /** Everything about a token that time does not change. */
  async #check(jwt: string, wanted: readonly string[]): Promise<Checked> {
    const known = this.#checked.get(jwt);
    if (known && (await this.#key(known.kid, wanted)) === known.key) return known;
    const [header, claims, signed, signature] = this.#parse(jwt, wanted);
    const refuse = (description: string, reason: string) => refused(wanted, description, reason);

    const { alg } = header;
    const digest = typeof alg === "string" ? DIGESTS.get(alg) : undefined;
    if (digest === undefined) {
      const named = shown(alg);
      throw refuse(`signing method ${named} is invalid`, `its alg is ${named}; RS256, RS384 and RS512 are taken`);
    }
    // Who does not understand an extension that counts has to refuse the token (RFC 7515 §4.1.11).
    if (header.crit !== undefined) throw refuse("token is malformed", "it has critical header extensions");
    if (typeof header.kid !== "string") throw refuse("kid header not found", "its header names no key (kid)");
    const key = await this.#key(header.kid, wanted);
    if (!key) {
      const { issuer, staleness } = this.#keys;
      throw refuse("signature is invalid", `it is signed by a key that ${issuer} does not have${staleness}`);
    }
    if (!verify(digest, signed, key, signature)) throw refuse("signature is invalid", "its signature is wrong");

    const { issuer } = this.#keys;
    if (claims.iss !== issuer) {
      throw refuse(
        "the token does not have a valid issuer",
        `its iss is ${shown(claims.iss)}; the issuer is ${issuer}`,
      );
    }
    // `client_id` counts only for a token without an audience, as Cognito's access tokens are.
    const audiences = claims.aud === undefined ? [claims.client_id] : [claims.aud].flat();
    if (!audiences.some((audience) => this.#model.audiences.some((taken) => taken === audience))) {
      throw refuse(
        "the token does not have a valid audience",
        `its ${claims.aud === undefined ? "client_id" : "aud"} is ${audiences.map(shown).join(", ")}; the authorizer takes ${this.#model.audiences.join(", ")}`,
      );
    }
    const principal = typeof claims.sub === "string" ? claims.sub : undefined;
    const checked: Checked = {
      kid: header.kid,
      key,
      claims,
      caller: { kind: "jwt", claims: claimTexts(claims), scopes: null, principal },
    };
    this.#remember(jwt, checked);
    return checked;
  }

  async #key(kid: string, wanted: readonly string[]): Promise<KeyObject | undefined> {
    try {
      return await this.#keys.key(kid);
    } catch (error) {
      if (!(error instanceof KeysUnavailable)) throw error;
      throw refused(wanted, error.message, `the keys of ${this.#keys.issuer} could not be fetched`);
    }
  }

  #parse(jwt: string, wanted: readonly string[]): [header: Claims, claims: Claims, signed: Buffer, signature: Buffer] {
    const parts = jwt.split(".");
    if (parts.length !== 3) {
      throw refused(wanted, "token contains an invalid number of segments", "it is not a JWT of three parts");
    }
    const [header = "", payload = "", signature = ""] = parts;
    const isEncoded = parts.every((part) => BASE64URL.test(part));
    const objectIn = (part: string) => jsonObjectIn(Buffer.from(part, "base64url"));
    const [headerObject, claims] = isEncoded ? [header, payload].map(objectIn) : [];
    if (!headerObject || !claims)
      throw refused(wanted, "token is malformed", "its parts are not base64url, or header and payload not JSON");
    return [headerObject, claims, Buffer.from(`${header}.${payload}`, "latin1"), Buffer.from(signature, "base64url")];
  }

  /** Leeway: none. */
  #requireCurrent({ exp, nbf, iat }: Claims, wanted: readonly string[]): void {
    const now = this.#now() / 1000;
    if (typeof exp !== "number" || !Number.isFinite(exp) || now >= exp) {
      const when =
        typeof exp === "number" && Number.isFinite(exp)
          ? `it expired ${Math.floor(now - exp)} s ago; sign in again`
          : "it has no exp";
      throw refused(wanted, "the token has expired", when);
    }
    if (typeof nbf === "number" && nbf > now) throw refused(wanted, "the token is not valid yet", "its nbf lies ahead");
    if (typeof iat === "number" && iat > now)
      throw refused(wanted, "the token was issued in the future", "its iat lies ahead");
  }

  #remember(jwt: string, checked: Checked): void {
    this.#checked.set(jwt, checked);
    if (this.#checked.size > MOST_REMEMBERED) this.#checked.delete(this.#checked.keys().next().value!);
  }
}

function refused(scopes: readonly string[], description: string, reason: string): HttpApiRefusal {
  return new HttpApiRefusal(401, `Refused by the JWT authorizer: of the token, ${reason}.`, {
    challenge: `Bearer scope="${scopes.join(" ")}" error="invalid_token" error_description="${description.replaceAll(NOT_IN_DESCRIPTION, "")}"`,
    authorizerError: `invalid_token: ${description}`,
  });
}

/** What a token says, which anybody may have written: short, and one value as such. */
function shown(value: unknown): string {
  const text = typeof value === "string" ? value : String(JSON.stringify(value));
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

/** `scope` is a text with spaces, `scp` that or a list. */
function grantedScopes({ scope, scp }: Claims): string[] {
  const given = scp ?? scope;
  if (Array.isArray(given)) return given.map(String);
  return typeof given === "string" ? given.split(" ").filter(Boolean) : [];
}

/** Every value a text, lists in brackets without commas, names in alphabetical order, as the gateway hands them on. */
function claimTexts(claims: Claims): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const name of Object.keys(claims).sort()) {
    const value = claims[name];
    if (value === null) continue;
    texts[name] = Array.isArray(value)
      ? `[${value.map(String).join(" ")}]`
      : typeof value === "object"
        ? JSON.stringify(value)
        : String(value);
  }
  return texts;
}
