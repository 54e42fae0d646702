/**
 * Calls back into a program: its transforms and hooks run in its own process, which serves Pulumi's `Callbacks` service
 * for them (https://github.com/pulumi/pulumi/blob/master/proto/pulumi/callback.proto).
 */
import { credentials } from "@grpc/grpc-js";
import callbackGrpc from "@pulumi/pulumi/proto/callback_grpc_pb.js";
import callbackProto from "@pulumi/pulumi/proto/callback_pb.js";
import resourceProto from "@pulumi/pulumi/proto/resource_pb.js";

export type Callback = callbackProto.Callback;

interface Message {
  serializeBinary(): Uint8Array;
}

export class Callbacks {
  readonly #clients = new Map<string, callbackGrpc.CallbacksClient>();

  /** @throws Error with the program's own words when its function throws */
  async transform(
    callback: Callback,
    request: resourceProto.TransformRequest,
  ): Promise<resourceProto.TransformResponse> {
    return resourceProto.TransformResponse.deserializeBinary(await this.#invoke(callback, request));
  }

  /** @throws Error with the program's own words when its function throws */
  async transformInvoke(
    callback: Callback,
    request: resourceProto.TransformInvokeRequest,
  ): Promise<resourceProto.TransformInvokeResponse> {
    return resourceProto.TransformInvokeResponse.deserializeBinary(await this.#invoke(callback, request));
  }

  /** @throws Error with what the hook reports */
  async hook(callback: Callback, request: resourceProto.ResourceHookRequest): Promise<void> {
    const response = resourceProto.ResourceHookResponse.deserializeBinary(await this.#invoke(callback, request));
    if (response.getError() !== "") throw new Error(response.getError());
  }

  /** @returns whether to try again @throws Error with what the hook reports */
  async errorHook(callback: Callback, request: resourceProto.ErrorHookRequest): Promise<boolean> {
    const response = resourceProto.ErrorHookResponse.deserializeBinary(await this.#invoke(callback, request));
    if (response.getError() !== "") throw new Error(response.getError());
    return response.getRetry();
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }

  #invoke(callback: Callback, message: Message): Promise<Uint8Array> {
    const request = new callbackProto.CallbackInvokeRequest();
    request.setToken(callback.getToken());
    request.setRequest(message.serializeBinary());
    return new Promise((resolve, reject) =>
      this.#client(callback.getTarget()).invoke(request, (error, response) =>
        error ? reject(new Error(error.details)) : resolve(response.getResponse_asU8()),
      ),
    );
  }

  #client(target: string): callbackGrpc.CallbacksClient {
    let client = this.#clients.get(target);
    if (!client) {
      client = new callbackGrpc.CallbacksClient(target, credentials.createInsecure(), {
        "grpc.max_receive_message_length": -1,
        "grpc.max_send_message_length": -1,
      });
      this.#clients.set(target, client);
    }
    return client;
  }
}
