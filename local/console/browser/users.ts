/** The users of each pool, and what an administrator can do to them. */
import type { PasskeySummary, UserSummary } from "../../cognito/service.ts";
import type { Kit } from "./kit.ts";
import type { Tools } from "./tools.ts";

interface PoolUsers {
  userPoolId: string;
  name: string;
  /** App clients that people sign in to, by name. */
  clients: string[];
  /** What a new user goes by, as a label has it. */
  newUserLabel: string;
  users: UserSummary[];
}

interface Tokens {
  idToken?: string;
  accessToken: string;
}

export function usersPanel(kit: Kit, { userDialog }: Tools): void {
  const { byId, make, breakable, button, read, act, tell, time, soon, on } = kit;
  const place = byId("users-list");
  const ask = userDialog(kit);

  /** Whose menu was used last, so that the keyboard goes on from there when the list has changed. */
  let used = "";
  const goOn = () => {
    if (document.activeElement !== document.body) return;
    const rows = [...place.querySelectorAll<HTMLElement>("[data-row]")];
    const row = rows.find(({ dataset }) => dataset.row === used) ?? place;
    row.querySelector<HTMLElement>("button")?.focus();
  };
  byId("user-dialog").addEventListener("close", goOn);

  const change = async (action: string, input: Record<string, unknown>, done: string) => {
    await act(`users/${action}`, input);
    tell(done);
    await load();
    goOn();
  };

  /** To the call and to the inspector, as if the sign-in had led to an address with them. */
  const handOut = async (userPoolId: string, username: string, client: string, label: string) => {
    const { idToken, accessToken } = await act<Tokens>("users/tokens", { userPoolId, username, client });
    byId<HTMLInputElement>("call-token").value =
      `#${new URLSearchParams({ ...(idToken && { id_token: idToken }), access_token: accessToken })}`;
    const inspected = byId<HTMLTextAreaElement>("token-input");
    inspected.value = idToken ?? accessToken;
    inspected.dispatchEvent(new Event("input"));
    byId("sign-in-step").classList.add("done");
    tell(`The tokens of ${label} for ${client} are in the call above and in the inspector.`);
  };

  const actionsOf = ({ userPoolId, clients }: PoolUsers, user: UserSummary, label: string) => {
    const { username } = user;
    const one = (action: string, done: string) => () => change(action, { userPoolId, username }, `${label} ${done}.`);
    const named = (verb: string, act: () => unknown) => {
      const choose = () => {
        used = username;
        return act();
      };
      return button(verb, choose, `${verb}: ${label}`);
    };
    const buttons: HTMLElement[] = clients.map((client) =>
      named(clients.length > 1 ? `Get a token for ${client}` : "Get a token", () =>
        handOut(userPoolId, username, client, label),
      ),
    );
    if (user.status === "UNCONFIRMED") buttons.push(named("Confirm", one("confirm", "is confirmed")));
    buttons.push(
      user.enabled
        ? named("Disable", one("disable", "is disabled and signed out everywhere"))
        : named("Enable", one("enable", "is enabled")),
    );
    buttons.push(
      named("Set password", () =>
        ask(
          {
            title: `A password for ${label}`,
            text: "It must meet the pool's rules.",
            field: { name: "New password", type: "password", autocomplete: "new-password" },
            asksPermanence: true,
            submit: "Set password",
          },
          (password, permanent) =>
            change("set-password", { userPoolId, username, password, permanent }, `${label} has a new password.`),
        ),
      ),
    );
    const remove = named("Delete", () =>
      ask({ title: `Delete ${label}?`, text: "This cannot be undone.", submit: "Delete", destroys: true }, () =>
        change("delete", { userPoolId, username }, `${label} is deleted.`),
      ),
    );
    remove.className = "danger";
    buttons.push(remove);
    return kit.menu(`Actions for ${label}`, ...buttons);
  };

  const passkeyLine = (
    { userPoolId }: PoolUsers,
    { username }: UserSummary,
    label: string,
    passkey: PasskeySummary,
  ) => {
    const { id, name, createdAt } = passkey;
    const remove = button(
      "Delete passkey",
      () =>
        ask(
          { title: `Delete a passkey of ${label}?`, text: "This cannot be undone.", submit: "Delete", destroys: true },
          () => change("delete-passkey", { userPoolId, username, id }, `A passkey of ${label} is deleted.`),
        ),
      `Delete passkey ${name} of ${label}`,
    );
    return make("p", { class: "quiet id" }, `${name} since `, time(createdAt), " ", remove);
  };

  const row = (pool: PoolUsers, user: UserSummary) => {
    const label = nameOf(user);
    const usable = user.status === "CONFIRMED" || user.status === "EXTERNAL_PROVIDER";
    const tone = !user.enabled ? "bad" : usable ? "good" : "plain";
    const identities = JSON.parse(user.attributes.identities ?? "[]") as { userId: string; providerName: string }[];
    const state = [
      user.status.replaceAll("_", " ").toLowerCase(),
      user.enabled ? "" : "disabled",
      user.mfa ? "MFA" : "",
    ];
    return make(
      "li",
      { "data-row": user.username },
      make(
        "div",
        { class: "user" },
        make("strong", {}, breakable(label)),
        make("span", { class: `badge ${tone}` }, state.filter(Boolean).join(", ")),
        ...actionsOf(pool, user, label),
      ),
      make("p", { class: "quiet id" }, user.sub, " since ", time(user.createdAt)),
      ...identities.map(({ userId, providerName }) =>
        make("p", { class: "quiet id" }, breakable(`signs in at ${providerName} as ${userId}`)),
      ),
      ...user.passkeys.map((passkey) => passkeyLine(pool, user, label, passkey)),
    );
  };

  const section = (pool: PoolUsers) => {
    const { userPoolId, name, users, newUserLabel } = pool;
    const create = button(
      "Create user",
      () =>
        ask(
          {
            title: `A new user in ${name}`,
            text: "An invitation with a temporary password is sent; it appears under Mail.",
            field: { name: newUserLabel, type: "text", autocomplete: "off" },
            submit: "Create user",
          },
          (username) => change("create", { userPoolId, username }, `${username} is created.`),
        ),
      `Create user in ${name}`,
    );
    const heading = make("div", { class: "bar" }, make("h3", {}, name, " ", make("code", {}, userPoolId)), create);
    if (users.length === 0) return make("div", {}, heading, make("p", { class: "quiet" }, "There are no users yet."));
    const rows = users.map((user) => row(pool, user));
    return make("div", {}, heading, make("ul", { class: "plain-list", "aria-label": `Users of ${name}` }, ...rows));
  };

  const nameOf = ({ attributes, username }: UserSummary) => attributes.email ?? attributes.phone_number ?? username;

  /** What the list has that stands there: nothing is taken away under somebody's hands while it has not changed. */
  let shown = "";

  const load = async () => {
    const pools = await read<PoolUsers[]>("/api/users");
    const known = JSON.stringify(pools);
    if (known !== shown) place.replaceChildren(...pools.map(section));
    shown = known;
    const names = new Map(pools.flatMap(({ users }) => users.map((user) => [user.username, nameOf(user)])));
    for (const mention of document.querySelectorAll<HTMLElement>("[data-user]"))
      mention.replaceChildren(breakable(names.get(mention.dataset.user ?? "") ?? mention.textContent ?? ""));
  };
  const refresh = soon(load);
  for (const kind of ["*", "user", "sign-in", "mail", "program", "api-request"]) on(kind, refresh);
}
