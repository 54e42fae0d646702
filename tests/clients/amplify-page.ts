/**
 * The page of an application with AWS Amplify, as https://docs.amplify.aws/react/build-a-backend/auth/use-existing-cognito-resources/
 * sets it up. A test bundles it, serves it, and calls what it leaves on the window.
 */
import { Amplify } from "aws-amplify";
import * as auth from "aws-amplify/auth";
import "aws-amplify/auth/enable-oauth-listener";
import { Hub } from "aws-amplify/utils";

export interface AmplifyPage {
  auth: typeof auth;
  /** The names of Amplify's own events about sign-in, oldest first. */
  events: string[];
}

declare global {
  interface Window {
    amplifyPage: AmplifyPage;
  }
}

const events: string[] = [];
Hub.listen("auth", ({ payload }) => void events.push(payload.event));
Amplify.configure(await (await fetch("/amplify.json")).json());
window.amplifyPage = { auth, events };
