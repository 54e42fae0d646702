/**
 * The page's script: the functions of `browser/` as they stand, put together. They are ordinary typed functions here and
 * one inline script there, so the page needs no build and loads nothing.
 */
import { functionsPanel } from "./browser/functions.ts";
import { drawGraph } from "./browser/graph.ts";
import { inspectorPanel } from "./browser/inspector.ts";
import { makeKit, type PageConfig } from "./browser/kit.ts";
import { mailPanel } from "./browser/mail.ts";
import { requestLog } from "./browser/requests.ts";
import { resourcesPanel } from "./browser/resources.ts";
import { tablesPanel } from "./browser/tables.ts";
import { checkToken } from "./browser/token-checks.ts";
import { tutorialPanel } from "./browser/tutorial.ts";
import { userDialog } from "./browser/user-dialog.ts";
import { usersPanel } from "./browser/users.ts";

/** @returns JavaScript that is safe inside a `script` element */
export function pageScript(config: PageConfig): string {
  const panels = [
    requestLog,
    usersPanel,
    mailPanel,
    inspectorPanel,
    tutorialPanel,
    functionsPanel,
    tablesPanel,
    resourcesPanel,
  ];
  return `"use strict";{
const tools={checkToken:${checkToken},drawGraph:${drawGraph},userDialog:${userDialog}};
const kit=(${makeKit})(${inScript(config)});
${panels.map((panel) => `(${panel})(kit,tools);`).join("\n")}}`;
}

/** JSON that cannot end the element it stands in. */
const inScript = (value: unknown) => JSON.stringify(value).replaceAll("<", "\\u003c");
