/** A button beside each password field that shows what was typed. A script makes it, so that without one no dead button is there. */
import { inlineScript } from "./inline-script.ts";

export const showPasswordScript = inlineScript(addButtons);

function addButtons(): void {
  for (const field of document.querySelectorAll<HTMLInputElement>("input[type=password]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-link show-password";
    const show = (visible: boolean) => {
      field.type = visible ? "text" : "password";
      button.textContent = visible ? "Hide password" : "Show password";
    };
    show(false);
    button.addEventListener("click", () => show(field.type === "password"));
    // What is sent is a password again, so that the browser keeps it as one.
    field.form?.addEventListener("submit", () => show(false));
    field.closest("label")?.after(button);
  }
}
