/** What a form about a passkey does in the browser: it asks the authenticator, and posts what that answered. */
import { inlineScript } from "./inline-script.ts";

export const passkeyScript = inlineScript(askAuthenticator);

function askAuthenticator(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-passkey]");
  const answer = form?.querySelector<HTMLInputElement>("input[name=credential]");
  const problem = form?.querySelector<HTMLElement>("[data-problem]");
  if (!form || !answer || !problem) return;
  const options = JSON.parse(form.dataset.options ?? "{}");
  const ask = () =>
    form.dataset.passkey === "create"
      ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  const say = (text: string) => {
    problem.textContent = text;
    problem.hidden = text === "";
  };
  form.addEventListener("submit", (event) => {
    if (answer.value !== "") return;
    event.preventDefault();
    say("");
    ask().then(
      (credential) => {
        answer.value = JSON.stringify(credential);
        form.submit();
      },
      (error: Error) =>
        say(
          error.name === "InvalidStateError"
            ? "This device has a passkey of yours already."
            : "The browser did not use a passkey. Please try again.",
        ),
    );
  });
}
