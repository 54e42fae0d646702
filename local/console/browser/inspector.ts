/** The token inspector: a pasted token is decoded and checked in this page and never sent anywhere. */
import type { Overview } from "../overview.ts";
import type { Kit } from "./kit.ts";
import type { Tools } from "./tools.ts";

export function inspectorPanel({ byId, make, breakable, read, moment }: Kit, { checkToken }: Tools): void {
  const input = byId<HTMLTextAreaElement>("token-input");
  const result = byId("token-result");
  let round = 0;

  const keysOf = async (poolId: string) =>
    (await read<{ keys: (JsonWebKey & { kid: string })[] }>(`/${poolId}/.well-known/jwks.json`)).keys;

  const shown = (name: string, value: unknown): string => {
    const times = ["exp", "iat", "auth_time", "nbf"];
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return times.includes(name) && typeof value === "number" ? `${text} (${moment(new Date(value * 1000))})` : text;
  };

  const inspect = async () => {
    const mine = ++round;
    if (input.value.trim() === "") return result.replaceChildren();
    try {
      const { cloud } = await read<Overview>("/api/overview");
      const { header, claims, checks } = await checkToken(input.value, cloud.userPools, keysOf, Date.now());
      if (mine !== round) return;
      const bad = checks.filter(({ holds }) => !holds).map(({ name }) => name);
      const verdict = bad.length === 0 ? "Every check holds." : `Not good: ${bad.join(", ")}.`;
      const lines = checks.map(({ name, holds, detail }) =>
        make(
          "li",
          { class: holds ? "holds" : "fails" },
          make("strong", {}, `${name} ${holds ? "holds" : "fails"}`),
          `: ${detail}`,
        ),
      );
      const rows = Object.entries({ ...header, ...claims }).map(([name, value]) =>
        make(
          "tr",
          {},
          make("th", { scope: "row" }, name),
          make("td", {}, make("code", {}, breakable(shown(name, value)))),
        ),
      );
      result.replaceChildren(
        make("p", { class: bad.length === 0 ? "verdict good" : "verdict bad" }, verdict),
        make("ul", { class: "checks" }, ...lines),
        make(
          "div",
          { class: "scroll", tabindex: "0", role: "region", "aria-label": "Claims" },
          make("table", { class: "claims" }, make("tbody", {}, ...rows)),
        ),
      );
    } catch (error) {
      if (mine === round) result.replaceChildren(make("p", { class: "verdict bad" }, (error as Error).message));
    }
  };
  input.addEventListener("input", inspect);
  byId("token-clear").addEventListener("click", () => {
    input.value = "";
    result.replaceChildren();
    input.focus();
  });
}
