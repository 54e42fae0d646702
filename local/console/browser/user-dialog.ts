/** The one dialog about users: asks for a name, a password or a yes, and stays open with the sentence of a refusal. */
import type { Kit } from "./kit.ts";

export interface Question {
  title: string;
  text: string;
  /** Absent when a yes is all that is asked for. */
  field?: { name: string; type: string; autocomplete: AutoFill };
  /** Whether a password may be a temporary one. */
  asksPermanence?: boolean;
  submit: string;
  /** Whether it cannot be undone: then nothing happens unless it is chosen on purpose. */
  destroys?: boolean;
}

/** Does what was asked for; the dialog closes unless it rejects. */
export type Answered = (value: string, permanent: boolean) => Promise<void>;

/** @returns a function that opens the dialog with a question */
export function userDialog({ byId }: Kit): (question: Question, then: Answered) => void {
  const dialog = byId<HTMLDialogElement>("user-dialog");
  const form = byId<HTMLFormElement>("user-form");
  const title = byId("user-dialog-title");
  const explanation = byId("user-dialog-text");
  const fieldLabel = byId("user-field-label");
  const fieldName = byId("user-field-name");
  const field = byId<HTMLInputElement>("user-field");
  const permanentLabel = byId("permanent-label");
  const permanent = byId<HTMLInputElement>("permanent");
  const problem = byId("user-dialog-problem");
  const submit = byId<HTMLButtonElement>("user-submit");
  const cancel = byId<HTMLButtonElement>("user-cancel");
  let work: Answered = async () => {};

  const ask = (question: Question, then: Answered) => {
    title.textContent = question.title;
    explanation.textContent = question.text;
    fieldLabel.hidden = question.field === undefined;
    field.required = question.field !== undefined;
    field.value = "";
    if (question.field) {
      fieldName.textContent = question.field.name;
      field.type = question.field.type;
      field.autocomplete = question.field.autocomplete;
    }
    permanentLabel.hidden = !question.asksPermanence;
    permanent.checked = true;
    problem.textContent = "";
    submit.textContent = question.submit;
    submit.className = question.destroys ? "danger" : "primary";
    work = then;
    dialog.showModal();
    (question.field ? field : question.destroys ? cancel : submit).focus();
  };
  cancel.addEventListener("click", () => dialog.close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    try {
      await work(field.value, permanent.checked);
      dialog.close();
    } catch (error) {
      problem.textContent = (error as Error).message;
    } finally {
      submit.disabled = false;
      field.value = "";
    }
  });
  return ask;
}
