/**
 * What may stand between a right password and the application: a password to choose (`/changePassword`), a second
 * factor to give (`/mfa`) or to set up (`/mfa/setup`). The browser holds the half-way flow; its paths are ours, Cognito's
 * are not documented.
 */
import type { Context, Hono } from "hono";
import { requiredAttributes } from "../accounts/attributes.ts";
import { associateSoftwareToken, checkSecondFactor, verifySoftwareToken } from "../accounts/mfa.ts";
import { completeNewPassword } from "../accounts/recovery.ts";
import { otpauthUri } from "../accounts/totp.ts";
import type { FlowStep } from "../state/sign-in-sessions.ts";
import type { User } from "../state/users.ts";
import type { AuthorizationRequest } from "./authorization-request.ts";
import { type BrowserFlow, currentFlow, endFlow } from "./browser-state.ts";
import type { Markup } from "./layout.ts";
import {
  advance,
  authorization,
  completeSignIn,
  type Fields,
  formStateOf,
  type HostedUi,
  local,
  outdatedForm,
  pageContext,
  postedFields,
  signInEvent,
  signUpAttributes,
} from "./page-request.ts";
import { changePasswordPage, type FormState, mfaPage, mfaSetupPage, type PageContext } from "./pages.ts";

interface Challenge {
  path: string;
  step: FlowStep;
  page(context: PageContext, user: User, state: FormState): Markup;
  /** The user after the step; a refusal is thrown. */
  answer(request: AuthorizationRequest, flow: BrowserFlow, fields: Fields): Promise<User>;
  /** Whether a second factor may still be asked for afterwards. */
  goesOn: boolean;
}

export function challengeRoutes(app: Hono, hostedUi: HostedUi): void {
  const { pool } = hostedUi;
  const missing = (user: User) => requiredAttributes(pool.model).filter((name) => !user.attributes[name]);

  const challenges: Challenge[] = [
    {
      path: "/changePassword",
      step: "NEW_PASSWORD_REQUIRED",
      goesOn: true,
      page: (context, user, state) => changePasswordPage(context, missing(user), state),
      answer: (request, flow, fields) =>
        completeNewPassword(pool, request.client, flow.sub, fields.password ?? "", signUpAttributes(fields)),
    },
    {
      path: "/mfa",
      step: "SOFTWARE_TOKEN_MFA",
      goesOn: false,
      page: (context, _user, state) => mfaPage(context, state),
      answer: async (_request, flow, fields) => checkSecondFactor(pool, flow.sub, digits(fields)),
    },
    {
      path: "/mfa/setup",
      step: "MFA_SETUP",
      goesOn: false,
      page: (context, user, state) => {
        const secret = associateSoftwareToken(pool, user, true);
        const account = user.attributes.email ?? user.username;
        return mfaSetupPage(context, secret, otpauthUri(secret, pool.model.name, account), state);
      },
      answer: async (_request, flow, fields) => verifySoftwareToken(pool, flow.sub, digits(fields)),
    },
  ];

  for (const challenge of challenges) {
    const { path, step } = challenge;
    const current = (c: Context, request: AuthorizationRequest) => {
      const flow = currentFlow(c, pool, request.client.id, [step]);
      const user = flow && pool.users.bySub(flow.sub);
      return user && { flow, user };
    };

    app.get(path, (c) => {
      const request = authorization(c, hostedUi);
      if (request instanceof Response) return request;
      const found = current(c, request);
      if (!found) return c.redirect(local(c, `/login?${request.query}`), 302);
      return c.html(challenge.page(pageContext(c, hostedUi, request), found.user, {}));
    });

    app.post(path, async (c) => {
      const request = authorization(c, hostedUi);
      if (request instanceof Response) return request;
      const found = current(c, request);
      if (!found) return c.redirect(local(c, `/login?${request.query}`), 302);
      const again = (state: FormState) => c.html(challenge.page(pageContext(c, hostedUi, request), found.user, state));
      const fields = await postedFields(c);
      if (!fields) return again({ error: outdatedForm });
      if ("confirm_password" in fields && fields.confirm_password !== fields.password)
        return again({ errors: { confirm_password: "Passwords do not match" } });
      try {
        const user = await challenge.answer(request, found.flow, fields);
        if (!endFlow(c, pool, found.flow) || !user.enabled) return c.redirect(local(c, `/login?${request.query}`), 302);
        return challenge.goesOn
          ? await advance(c, hostedUi, request, user)
          : await completeSignIn(c, hostedUi, request, user);
      } catch (error) {
        const state = formStateOf(error, fields);
        signInEvent(pool, request, found.user.username, "refused", `${step}: ${(error as Error).message}`);
        return again(state);
      }
    });
  }
}

/** People type the code in groups. */
const digits = (fields: Fields): string => (fields.code ?? "").replaceAll(/\s/g, "");
