/** The tutorial's steps on what runs: call without a token, sign in, call with the token. */
import type { ReadyUserPool } from "../../host/ready-document.ts";
import type { Overview } from "../overview.ts";
import type { Kit } from "./kit.ts";

interface Answer {
  status: number;
  contentType?: string;
  body: string;
}

export function tutorialPanel({ byId, make, read, act, tell, show, soon, on }: Kit): void {
  const routeChoice = byId<HTMLSelectElement>("route");
  const path = byId<HTMLInputElement>("path");
  const token = byId<HTMLInputElement>("call-token");
  const routes = new Map<string, { apiId: string; stage: string; method: string; path: string; scopes: string[] }>();

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

  /** What a stack lets people do differs: whether they sign up themselves, and what the sign-in leads to. */
  const putWords = (pools: ReadyUserPool[]) => {
    const flows = new Set(pools.flatMap(({ clients }) => clients.flatMap((client) => client.flows)));
    const signUp = pools.some(({ selfSignUp }) => selfSignUp);
    byId("sign-in-title").textContent = signUp ? "Sign up and in" : "Sign in";
    byId("sign-up-words").textContent = signUp
      ? "The code that Cognito would mail appears under"
      : "An administrator makes the users here: create one under Users. The invitation with the temporary password appears under";
    byId("sign-in-words").textContent = flows.has("implicit")
      ? "In the end the browser is sent to your application with the tokens in the address, whether or not anything listens there."
      : "In the end the browser is sent to your application with a code in the address, which only the application can change into tokens.";
    const words = flows.has("implicit") ? "Token, or the address that the sign-in led to" : "Token";
    for (const label of document.querySelectorAll(".token-words")) label.textContent = words;
  };

  /** A program need not have all that the tutorial is about. */
  const showParts = (hasRoutes: boolean, hasPools: boolean) => {
    for (const part of document.querySelectorAll<HTMLElement>(".with-routes")) part.hidden = !hasRoutes;
    byId("sign-in-step").hidden = !hasPools;
    show("tutorial", hasRoutes || hasPools);
    for (const section of ["token", "mail", "users"]) show(section, hasPools);
  };

  const load = async () => {
    const { cloud } = await read<Overview>("/api/overview");
    const chosen = routeChoice.value;
    const stages = cloud.apis.flatMap((api) => api.stages);
    let guarded: string | undefined;
    routes.clear();
    for (const api of cloud.apis)
      for (const stage of api.stages)
        for (const route of stage.routes) {
          const method = route.method === "ANY" ? "GET" : route.method;
          const key = `${method} ${api.name}/${stage.name}${route.path}`;
          routes.set(key, { apiId: api.id, stage: stage.name, method, path: route.path, scopes: route.scopes });
          if (/^(?:COGNITO_USER_POOLS|JWT)$/.test(route.authorization)) guarded ??= key;
        }
    // With one stage there is nothing to tell apart.
    const nameOf = (key: string) => {
      const route = routes.get(key);
      return route && stages.length === 1 ? `${route.method} ${route.path}` : key;
    };
    routeChoice.replaceChildren(...[...routes.keys()].map((key) => make("option", { value: key }, nameOf(key))));
    routeChoice.value = routes.has(chosen) ? chosen : (guarded ?? routeChoice.options[0]?.value ?? "");
    showPath();
    byId("sign-in-links").replaceChildren(...signInLinks(cloud.userPools));
    putWords(cloud.userPools);
    showParts(routes.size > 0, cloud.userPools.length > 0);
  };

  const call = async (withToken: string, place: HTMLElement) => {
    const route = routes.get(routeChoice.value);
    if (!route) return tell("The program declares no API route.", true);
    const { apiId, stage, method } = route;
    const { status, contentType, body } = await act<Answer>("call", {
      ...{ apiId, stage, method, path: path.value || route.path },
      ...(withToken && { token: withToken }),
    });
    let text = body;
    if (contentType?.includes("json"))
      try {
        text = JSON.stringify(JSON.parse(body), null, 2);
      } catch {}
    const tone = status < 400 ? "good" : "bad";
    // Without a token a refusal is what the tutorial wants to see.
    place.closest("li")?.classList.toggle("done", withToken === "" ? status === 401 : status < 400);
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
  const callAndShow = (withToken: string, place: HTMLElement) =>
    call(withToken, place).catch((error) => tell((error as Error).message, true));
  /** The address that a sign-in led to has both tokens in its fragment; a route with scopes takes the access token. */
  const pasted = () => {
    const value = token.value.trim();
    const fragment = new URLSearchParams(value.slice(value.indexOf("#") + 1));
    const wanted = routes.get(routeChoice.value)?.scopes.length ? "access_token" : "id_token";
    return fragment.get(wanted) ?? value;
  };
  byId("call-without").addEventListener("click", () => callAndShow("", byId("answer-without")));
  byId("call-with-form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (/[?&]code=/.test(token.value))
      tell(
        "This address holds a code, which only your application can change into tokens. Get a token under Users.",
        true,
      );
    else if (token.value.trim() !== "") return callAndShow(pasted(), byId("answer-with"));
    else tell("Paste a token first, or get one under Users.", true);
    token.focus();
  });
  on<{ outcome: string }>("sign-in", ({ outcome }) => {
    if (outcome === "signed in") byId("sign-in-step").classList.add("done");
  });
  const refresh = soon(load);
  on("*", refresh);
  on<{ outcome: string }>("program", ({ outcome }) => outcome === "running" && refresh());
}
