/** The scriptless browser that the tour drives the hosted UI with serves the tests as well. */
export * from "../../cli/commands/tour/form-browser.ts";
