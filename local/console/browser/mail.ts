/** What Cognito would have sent, newest first. */
import type { Message } from "../../cognito/state/messages.ts";
import type { Kit } from "./kit.ts";

export function mailPanel({ byId, make, button, read, tell, time, soon, on }: Kit): void {
  const place = byId("mail-list");
  const shown = 50;

  const card = (mail: Message) => {
    const { code, to } = mail;
    const parts: HTMLElement[] = [
      make("p", { class: "what" }, time(mail.sentAt), make("strong", {}, mail.subject || "SMS"), ` to ${to}`),
    ];
    if (code !== null) {
      const copy = async () => {
        await navigator.clipboard.writeText(code);
        tell("The code is copied.");
      };
      parts.push(
        make(
          "p",
          { class: "code-line" },
          make("code", { class: "code" }, code),
          button("Copy", copy, `Copy the code sent to ${to}`),
        ),
      );
    }
    parts.push(make("details", {}, make("summary", {}, "Whole message"), make("p", { class: "body" }, mail.body)));
    return make("li", {}, ...parts);
  };

  const load = async () => {
    const messages = await read<Message[]>("/api/messages");
    byId("mail-empty").hidden = messages.length > 0;
    place.replaceChildren(...messages.slice(-shown).reverse().map(card));
  };
  const refresh = soon(load);
  for (const kind of ["*", "mail"]) on(kind, refresh);
}
