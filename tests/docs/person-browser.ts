/** Started in the place of a browser (`DEMO_AUTH_BROWSER`): somebody who signs up and in at the address given last. */

import { signUpAndIn } from "../../cli/commands/tour/person.ts";
import { systemWorld } from "../../cli/shared/world.ts";
import { addressIn } from "../support/browser-page.ts";

const [console = "", page = ""] = process.argv.slice(2);
await signUpAndIn(
  systemWorld(),
  { email: "paste@example.com", password: "Correct-horse-7" },
  addressIn(page),
  console,
  () => {},
);
