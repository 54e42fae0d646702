/** The larger functions that parts of the page are handed, since they can import nothing in the browser. */
import type { drawGraph } from "./graph.ts";
import type { checkToken } from "./token-checks.ts";
import type { userDialog } from "./user-dialog.ts";

export interface Tools {
  checkToken: typeof checkToken;
  drawGraph: typeof drawGraph;
  userDialog: typeof userDialog;
}
