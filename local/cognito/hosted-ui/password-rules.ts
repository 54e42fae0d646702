/**
 * The pool's password rules as a list, with a script that marks each rule as it is kept while the
 * person types. Without it the list stands there all the same, and the server checks in any case.
 */
import { html } from "hono/html";
import type { Rule } from "../accounts/passwords.ts";
import { inlineScript } from "./inline-script.ts";

export const ruleScript = inlineScript(markRules);

/** @param id what the password field's `aria-describedby` names */
export function ruleList(rules: Rule[], id: string): ReturnType<typeof html> {
  return html`<ul class="rules" id="${id}">${rules.map(
    ({ label, pattern }) => html`<li data-pattern="${pattern}">${label}</li>`,
  )}</ul>${ruleScript.element}`;
}

/** Finds the list right before it. */
function markRules(): void {
  const list = document.currentScript?.previousElementSibling;
  const field = list && document.querySelector<HTMLInputElement>(`input[aria-describedby~="${list.id}"]`);
  if (!field) return;
  const rules = [...list.querySelectorAll<HTMLElement>("[data-pattern]")];
  const status = document.createElement("p");
  status.className = "status";
  status.setAttribute("role", "status");
  list.after(status);
  let before = -1;
  field.addEventListener("input", () => {
    let kept = 0;
    for (const rule of rules) {
      const keeps = field.value !== "" && new RegExp(rule.dataset.pattern ?? "", "u").test(field.value);
      rule.classList.toggle("kept", keeps);
      if (keeps) kept++;
    }
    if (kept !== before) status.textContent = `${kept} of ${rules.length} password rules kept`;
    before = kept;
  });
}
