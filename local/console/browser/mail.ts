/** What Cognito would have sent, newest first. */
import type { Message } from "../../cognito/state/messages.ts";
import type { Kit } from "./kit.ts";

export function mailPanel({ byId, make, breakable, button, read, tell, time, soon, on }: Kit): void {
  const place = byId("mail-list");
  const shown = 50;

  const card = (mail: Message) => {
    const { to } = mail;
    // An invitation carries a password in its text and no code.
    const password = /password is (\S+)/i.exec(mail.body)?.[1];
    const [secret, what] = mail.code === null ? [password, "password"] : [mail.code, "code"];
    const parts: HTMLElement[] = [
      make(
        "p",
        { class: "what" },
        time(mail.sentAt),
        make("strong", {}, mail.subject || "SMS"),
        breakable(` to ${to}`),
      ),
    ];
    if (secret !== undefined) {
      const copy = async () => {
        await navigator.clipboard.writeText(secret);
        tell(`The ${what} is copied.`);
      };
      parts.push(
        make(
          "p",
          { class: "code-line" },
          make("code", { class: "code" }, secret),
          button("Copy", copy, `Copy the ${what} sent to ${to}`),
        ),
      );
    }
    parts.push(make("details", {}, make("summary", {}, "Whole message"), make("p", { class: "body" }, mail.body)));
    return make("li", {}, ...parts);
  };

  /** What stands there already stays: a message that somebody reads is not to be folded away by the next one. */
  let cards = new Map<string, HTMLElement>();

  const load = async () => {
    const messages = await read<Message[]>("/api/messages");
    byId("mail-empty").hidden = messages.length > 0;
    const newest = messages.slice(-shown).map((mail): [string, Message] => [JSON.stringify(mail), mail]);
    const next = new Map(newest.map(([key, mail]) => [key, cards.get(key) ?? card(mail)]));
    for (const [key, element] of cards) if (!next.has(key)) element.remove();
    for (const element of next.values()) if (!element.isConnected) place.prepend(element);
    cards = next;
  };
  const refresh = soon(load);
  for (const kind of ["*", "mail"]) on(kind, refresh);
}
