/** The tutorial's steps on what runs: call without a token, sign in, call with the token. */
import type { ReadyUserPool } from "../../cloud.ts";
import type { Overview } from "../overview.ts";
import type { Kit } from "./kit.ts";

interface Answer {
  status: number;
  contentType?: string;
  body: string;
}

export function tutorialPanel({ byId, make, read, act, tell, on }: Kit): void {
  const routeChoice = byId<HTMLSelectElement>("route");
  const path = byId<HTMLInputElement>("path");
  const token = byId<HTMLInputElement>("call-token");
  const routes = new Map<string, { apiId: string; stage: string; method: string; path: string }>();

  const showPath = () => {
    const route = routes.get(routeChoice.value);
    path.value = route?.path ?? "";
    byId("path-label").hidden = !route?.path.includes("{");
  };
  routeChoice.addEventListener("change", showPath);

  const signInLinks = (pools: ReadyUserPool[]) =>
    pools.flatMap(({ name: poolName, hostedUi, clients }) =>
      clients.flatMap(({ id, name, flows, scopes, callbackUrls }) => {
        const flow = flows.find((one) => one === "implicit" || one === "code");
        const callback = callbackUrls[0];
        if (hostedUi === undefined || flow === undefined || callback === undefined) return [];
        const query = new URLSearchParams({
          client_id: id,
          response_type: flow === "code" ? "code" : "token",
          scope: scopes.join(" "),
          redirect_uri: callback,
        });
        const label =
          clients.length + pools.length > 2
            ? `Open the sign-in page of ${name} (${poolName})`
            : "Open the sign-in page";
        return make(
          "a",
          { class: "button", href: `${hostedUi}/login?${query}`, target: "_blank", rel: "noopener noreferrer" },
          label,
        );
      }),
    );

  const load = async () => {
    const { cloud } = await read<Overview>("/api/overview");
    const chosen = routeChoice.value;
    routes.clear();
    for (const api of cloud.apis)
      for (const stage of api.stages)
        for (const route of stage.routes) {
          const method = route.method === "ANY" ? "GET" : route.method;
          const key = `${method} ${api.name}/${stage.name}${route.path}`;
          routes.set(key, { apiId: api.id, stage: stage.name, method, path: route.path });
        }
    routeChoice.replaceChildren(...[...routes.keys()].map((key) => make("option", { value: key }, key)));
    const guarded = cloud.apis.flatMap((api) =>
      api.stages.flatMap((stage) =>
        stage.routes
          .filter(({ authorization }) => authorization === "COGNITO_USER_POOLS")
          .map((route) => `${route.method} ${api.name}/${stage.name}${route.path}`),
      ),
    );
    routeChoice.value = routes.has(chosen) ? chosen : (guarded[0] ?? routeChoice.options[0]?.value ?? "");
    showPath();
    byId("sign-in-links").replaceChildren(...signInLinks(cloud.userPools));
  };

  const call = async (withToken: string, place: HTMLElement) => {
    const route = routes.get(routeChoice.value);
    if (!route) return tell("The program declares no API route.", true);
    const input = { ...route, path: path.value || route.path, ...(withToken && { token: withToken }) };
    const { status, contentType, body } = await act<Answer>("call", input);
    let text = body;
    if (contentType?.includes("json"))
      try {
        text = JSON.stringify(JSON.parse(body), null, 2);
      } catch {}
    const tone = status < 400 ? "good" : "bad";
    place.replaceChildren(
      make(
        "p",
        {},
        make("span", { class: `badge ${tone}` }, String(status)),
        " ",
        status === 401 ? "refused: the reason is in the request log" : "",
      ),
      make("pre", { tabindex: "0", role: "region", "aria-label": "Answer" }, text),
    );
  };
  const connect = (button: string, place: string, tokenOf: () => string) =>
    byId(button).addEventListener("click", () =>
      call(tokenOf(), byId(place)).catch((error) => tell((error as Error).message, true)),
    );
  /** The redirect's address holds the token in its fragment; which of the two the route wants, the routes say. */
  const pasted = () => {
    const value = token.value.trim();
    const from = new URLSearchParams(value.slice(value.indexOf("#") + 1));
    return from.get("id_token") ?? from.get("access_token") ?? value;
  };
  connect("call-without", "answer-without", () => "");
  byId("call-with-form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (token.value.trim() === "") {
      tell("Paste a token first, or the address that the sign-in led to.", true);
      return token.focus();
    }
    call(pasted(), byId("answer-with")).catch((error) => tell((error as Error).message, true));
  });
  const refresh = () => load().catch(() => {});
  on("*", refresh);
  on<{ outcome: string }>("program", ({ outcome }) => outcome === "running" && refresh());
}
