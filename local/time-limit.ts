/**
 * A limit on what a program's own expressions make of a client's text. Regular expressions that try again and again
 * (https://owasp.org/www-community/attacks/Regular_expression_Denial_of_Service_-_ReDoS) would keep everything else waiting, too.
 */
import { type Context, createContext, Script } from "node:vm";

/** What is meant to answer a request is over in a few milliseconds, on a loaded machine too. */
const LIMIT_MS = 1000;

/** Named by what it is about, which is to end with a noun: `the selection pattern (a+)+`. */
export class TimeUp extends Error {
  constructor(subject: string) {
    super(
      `${subject} took longer than ${LIMIT_MS} ms on what was sent; write it so that it need not try again and again`,
    );
    this.name = "TimeUp";
  }
}

const script = new Script("work()");
let context: Context | undefined;

/**
 * Nothing that `work` began is tidied up when it is stopped: no `finally` of it runs.
 * @param subject what takes its time, for a person
 * @param work not asynchronous
 * @throws TimeUp
 */
export function withinTime<T>(subject: string, work: () => T): T {
  context ??= createContext({});
  // A watchdog of V8 interrupts regular expressions as well, which nothing in the same thread could.
  context.work = work;
  try {
    return script.runInContext(context, { timeout: LIMIT_MS });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT" ? new TimeUp(subject) : error;
  } finally {
    context.work = undefined;
  }
}

/**
 * Whether a match from the first to the last character of a text takes no more steps than it has characters: at most one
 * quantifier, and nothing to choose from besides. A watchdog costs more than most matches.
 */
const isSimple = (expression: string): boolean => {
  const bare = expression.replace(/\\\D|\[(?:[^\]\\]|\\.)*\]|\(\?[:=!]/gs, "");
  return !/[\\|]/.test(bare) && (bare.match(/[*+?{]/g) ?? []).length <= 1;
};

/**
 * @param expression of a regular expression that has to match the whole text
 * @param subject what it is, for a person
 * @throws TimeUp, or the SyntaxError of what is not a regular expression
 */
export function matchesWhole(expression: string, flags: string, text: string, subject: string): boolean {
  const whole = new RegExp(`^(?:${expression})$`, flags);
  return isSimple(expression) ? whole.test(text) : withinTime(`${subject} ${expression}`, () => whole.test(text));
}
