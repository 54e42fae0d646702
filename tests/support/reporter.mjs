// Mocha's own "spec" reporter, and then one plain closing line with the runner's counts, for people and for scripts.
import Mocha from "mocha";

const { EVENT_RUN_END } = Mocha.Runner.constants;

export default class ClosingLine extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(EVENT_RUN_END, () => {
      const { passes, failures, pending } = runner.stats;
      const skipped = pending > 0 ? `, ${pending} skipped` : "";
      Mocha.reporters.Base.consoleLog(`${passes} passed, ${failures} failed${skipped}`);
    });
  }
}
