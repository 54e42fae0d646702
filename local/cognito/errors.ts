/**
 * The refusals of the user-pool service, by the type names and sentences that Cognito itself uses: the JSON API sends
 * them as they are, the hosted UI shows the sentence beside the field it is about.
 */

export type CognitoErrorType =
  | "AliasExistsException"
  | "CodeMismatchException"
  | "EnableSoftwareTokenMFAException"
  | "ExpiredCodeException"
  | "GroupExistsException"
  | "InternalErrorException"
  | "InvalidLambdaResponseException"
  | "InvalidParameterException"
  | "InvalidPasswordException"
  | "InvalidUserPoolConfigurationException"
  | "LimitExceededException"
  | "NotAuthorizedException"
  | "MissingAuthenticationTokenException"
  | "PasswordHistoryPolicyViolationException"
  | "PasswordResetRequiredException"
  | "ResourceNotFoundException"
  | "SerializationException"
  | "SoftwareTokenMFANotFoundException"
  | "UnexpectedLambdaException"
  | "UnknownOperationException"
  | "UnsupportedOperationException"
  | "UnsupportedTokenTypeException"
  | "UnsupportedUserStateException"
  | "UserLambdaValidationException"
  | "UserNotConfirmedException"
  | "UserNotFoundException"
  | "UsernameExistsException"
  | "WebAuthnChallengeNotFoundException"
  | "WebAuthnClientMismatchException"
  | "WebAuthnConfigurationMissingException"
  | "WebAuthnCredentialNotSupportedException"
  | "WebAuthnNotEnabledException"
  | "WebAuthnOriginNotAllowedException"
  | "WebAuthnRelyingPartyMismatchException";

export class CognitoError extends Error {
  readonly type: CognitoErrorType;
  /** Which check refused, in more words than a client may be told; for the console page. */
  readonly reason: string | undefined;
  /** What it is about, for a form: `username` or an attribute's name. */
  readonly field: string | undefined;

  constructor(type: CognitoErrorType, message: string, reason?: string, field?: string) {
    super(message);
    this.name = "CognitoError";
    this.type = type;
    this.reason = reason;
    this.field = field;
  }
}

/** Whether a Lambda trigger refused, or could not be called. */
export const isTriggerFailure = ({ type }: CognitoError): boolean =>
  type === "UserLambdaValidationException" ||
  type === "InvalidLambdaResponseException" ||
  type === "UnexpectedLambdaException";

export const incorrectPassword = (reason?: string) =>
  new CognitoError("NotAuthorizedException", "Incorrect username or password.", reason);

export const userDoesNotExist = () => new CognitoError("UserNotFoundException", "User does not exist.");

export const codeMismatch = () =>
  new CognitoError("CodeMismatchException", "Invalid verification code provided, please try again.");

export const codeExpired = () =>
  new CognitoError("ExpiredCodeException", "Invalid code provided, please request a code again.");

export const attemptLimitExceeded = () =>
  new CognitoError("LimitExceededException", "Attempt limit exceeded, please try after some time.");

export const invalidParameter = (message: string, field?: string) =>
  new CognitoError("InvalidParameterException", message, undefined, field);
