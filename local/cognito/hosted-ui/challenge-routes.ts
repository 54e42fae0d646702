/**
 * What may stand between a right password and the application: a password to choose (`/changePassword`), a second
 * factor to give (`/mfa`) or to set up (`/mfa/setup`). The browser holds the half-way flow; its paths are ours, Cognito's
 * are not documented.
 */
import type { Context, Hono } from "hono";
import { requiredAttributes } from "../accounts/attributes.ts";
import { nextStep, type SignInStep } from "../accounts/authentication.ts";
import { associateSoftwareToken, checkSecondFactor, secondFactors, verifySoftwareToken } from "../accounts/mfa.ts";
import { completeNewPassword } from "../accounts/recovery.ts";
import { otpauthUri } from "../accounts/totp.ts";
import { invalidParameter } from "../errors.ts";
import { reportSignIn } from "../pool.ts";
import type { FlowStep } from "../state/sign-in-sessions.ts";
import type { SecondFactor, User } from "../state/users.ts";
import type { AuthorizationRequest } from "./authorization-request.ts";
import { type BrowserFlow, currentFlow, endFlow } from "./browser-state.ts";
import { changePasswordPage, mfaPage, mfaSelectPage, mfaSetupPage } from "./challenge-pages.ts";
import type { Markup } from "./form-parts.ts";
import type { FormState, PageContext } from "./layout.ts";
import { advance, authorization, completeSignIn, type HostedUi, local, pageContext } from "./page-request.ts";
import { type Fields, formStateOf, outdatedForm, postedFields, signUpAttributes } from "./posted-form.ts";

const SECOND_FACTORS: SecondFactor[] = ["SOFTWARE_TOKEN_MFA", "SMS_MFA", "EMAIL_OTP"];

interface Challenge {
  path: string;
  steps: FlowStep[];
  page(context: PageContext, user: User, state: FormState, flow: BrowserFlow): Markup;
  /** The user after the step, and what is still to be done; nothing means the sign-in is over. A refusal is thrown. */
  answer(
    request: AuthorizationRequest,
    flow: BrowserFlow,
    fields: Fields,
  ): Promise<{ user: User; next?: SignInStep | undefined }>;
}

export function challengeRoutes(app: Hono, hostedUi: HostedUi): void {
  const { pool } = hostedUi;
  const missing = (user: User) => requiredAttributes(pool.model).filter((name) => !user.attributes[name]);

  const challenges: Challenge[] = [
    {
      path: "/changePassword",
      steps: ["NEW_PASSWORD_REQUIRED"],
      page: (context, user, state) => changePasswordPage(context, missing(user), state),
      async answer(request, flow, fields) {
        const attributes = signUpAttributes(fields);
        const user = await completeNewPassword(pool, request.client, flow.sub, fields.password ?? "", attributes);
        return { user, next: nextStep(pool, user) };
      },
    },
    {
      path: "/mfa",
      steps: SECOND_FACTORS,
      page: (context, _user, state, flow) =>
        mfaPage(context, state, flow.step === "SOFTWARE_TOKEN_MFA" ? undefined : JSON.parse(flow.data)),
      answer: async (_request, flow, fields) => ({
        user: checkSecondFactor(pool, flow.sub, flow.step as SecondFactor, digits(fields)),
      }),
    },
    {
      path: "/mfa/select",
      steps: ["SELECT_MFA_TYPE"],
      page: (context, user, state) => mfaSelectPage(context, secondFactors(pool, user), state),
      async answer(_request, flow, fields) {
        const user = pool.users.bySub(flow.sub);
        const next = user && secondFactors(pool, user).find((factor) => factor === fields.factor);
        if (!user || !next) throw invalidParameter("Choose one of the ways below.");
        return { user, next };
      },
    },
    {
      path: "/mfa/setup",
      steps: ["MFA_SETUP"],
      page: (context, user, state) => {
        const secret = associateSoftwareToken(pool, user, true);
        const account = user.attributes.email ?? user.username;
        return mfaSetupPage(context, secret, otpauthUri(secret, pool.model.name, account), state);
      },
      answer: async (_request, flow, fields) => ({ user: verifySoftwareToken(pool, flow.sub, digits(fields)) }),
    },
  ];

  for (const challenge of challenges) {
    const { path, steps } = challenge;
    const current = (c: Context, request: AuthorizationRequest) => {
      const flow = currentFlow(c, pool, request.client.id, steps);
      const user = flow && pool.users.bySub(flow.sub);
      return user && { flow, user };
    };

    app.get(path, (c) => {
      const request = authorization(c, hostedUi);
      if (request instanceof Response) return request;
      const found = current(c, request);
      if (!found) return c.redirect(local(c, `/login?${request.query}`), 302);
      return c.html(challenge.page(pageContext(c, hostedUi, request), found.user, {}, found.flow));
    });

    app.post(path, async (c) => {
      const request = authorization(c, hostedUi);
      if (request instanceof Response) return request;
      const found = current(c, request);
      if (!found) return c.redirect(local(c, `/login?${request.query}`), 302);
      const again = (state: FormState) =>
        c.html(challenge.page(pageContext(c, hostedUi, request), found.user, state, found.flow));
      const fields = await postedFields(c);
      if (!fields) return again({ error: outdatedForm });
      if ("confirm_password" in fields && fields.confirm_password !== fields.password)
        return again({ errors: { confirm_password: "Passwords do not match" } });
      try {
        const { user, next } = await challenge.answer(request, found.flow, fields);
        if (!endFlow(c, pool, found.flow) || !user.enabled) return c.redirect(local(c, `/login?${request.query}`), 302);
        return next
          ? await advance(c, hostedUi, request, user, next)
          : await completeSignIn(c, hostedUi, request, user);
      } catch (error) {
        const state = formStateOf(error, fields);
        reportSignIn(
          pool,
          request.client,
          found.user.username,
          "refused",
          `${found.flow.step}: ${(error as Error).message}`,
        );
        return again(state);
      }
    });
  }
}

/** People type the code in groups. */
const digits = (fields: Fields): string => (fields.code ?? "").replaceAll(/\s/g, "");
