/** An invocation that the Invoke API refuses: the function never ran. `name` is the API's error code. */
export class InvocationRefused extends Error {
  constructor(
    name: "ResourceNotFoundException" | "TooManyRequestsException" | "InvalidRuntimeException",
    message: string,
  ) {
    super(message);
    this.name = name;
  }
}
