/**
 * The engine's half of Pulumi's protocol: a `ResourceMonitor` and an `Engine` over gRPC, to which programs and plugins
 * register their resources (https://github.com/pulumi/pulumi/tree/master/proto/pulumi). What a request does is
 * `deployment.ts`.
 */
import type { Duplex } from "node:stream";
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from "@grpc/grpc-js";
import type { Callback } from "@pulumi/pulumi/proto/callback_pb.js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineProto from "@pulumi/pulumi/proto/engine_pb.js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import resourceGrpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import { Deployment, type DeploymentParts, type Registered, Unavailable } from "./deployment.ts";
import { ResourceProblem } from "./graph.ts";
import type { Diagnostic } from "./problems.ts";
import { UNKNOWN_OUTPUTS } from "./sdk-additions.ts";
import { fromStruct, toStruct } from "./struct.ts";

const Feature = resourceProto.ResourceMonitorFeature;
/** By the name that older SDKs ask for one by one; newer features have only a number. */
const NAMED_FEATURES: Readonly<Record<string, resourceProto.ResourceMonitorFeature>> = {
  secrets: Feature.RESOURCE_MONITOR_FEATURE_SECRETS,
  resourceReferences: Feature.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
  outputValues: Feature.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
  aliasSpecs: Feature.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
  replacementTrigger: Feature.RESOURCE_MONITOR_FEATURE_REPLACEMENT_TRIGGER,
  deletedWith: Feature.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
  replaceWith: Feature.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
  transforms: Feature.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
  invokeTransforms: Feature.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS,
  parameterization: Feature.RESOURCE_MONITOR_FEATURE_PARAMETERIZATION,
  resourceHooks: Feature.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
  errorHooks: Feature.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS,
};
/** A migration is of a state from before, which never exists here: that one never runs is what the feature promises. */
const FEATURES = [...Object.values(NAMED_FEATURES), Feature.RESOURCE_MONITOR_FEATURE_STATE_MIGRATIONS];
const SEVERITIES: Diagnostic["severity"][] = ["debug", "info", "warning", "error"];

export interface Monitor {
  /** Serves both services on a connection of the program or of a plugin. */
  serve(connection: Duplex): void;
  deployment: Deployment;
}

interface DeployedProject {
  name: string;
  stack: string;
  organization: string;
  config: Record<string, string>;
  secretKeys: string[];
}

export function createMonitor(project: DeployedProject, parts: Omit<DeploymentParts, "project" | "stack">): Monitor {
  const deployment = new Deployment({ ...parts, project: project.name, stack: project.stack });
  const server = new Server({
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
    // Its registry of servers, for tools that look into them, would keep every evaluation in memory.
    "grpc.enable_channelz": 0,
  });

  server.addService(
    resourceGrpc.ResourceMonitorService as never,
    complete(resourceGrpc.ResourceMonitorService, deployment, {
      getDeploymentInfo: unary(() => {
        const info = new resourceProto.DeploymentInfo();
        info.setProject(project.name);
        info.setStack(project.stack);
        info.setOrganization(project.organization);
        for (const [key, value] of Object.entries(project.config)) info.getConfigMap().set(key, value);
        info.setConfigsecretkeysList(project.secretKeys);
        info.setSupportedfeaturesList(FEATURES);
        return info;
      }),
      supportsFeature: unary((request: resourceProto.SupportsFeatureRequest) => {
        const response = new resourceProto.SupportsFeatureResponse();
        response.setHassupport(Object.hasOwn(NAMED_FEATURES, request.getId()));
        return response;
      }),
      registerResource: unary(async (request: resourceProto.RegisterResourceRequest) => {
        const registered = await deployment.register(request);
        const response = new resourceProto.RegisterResourceResponse();
        response.setUrn(registered.urn);
        response.setId(registered.id);
        response.setObject(toStruct(outputsOf(registered)));
        response.setResult(resourceProto.Result.SUCCESS);
        for (const [name, urns] of registered.dependencies ?? []) {
          const dependencies = new resourceProto.RegisterResourceResponse.PropertyDependencies();
          dependencies.setUrnsList(urns);
          response.getPropertydependenciesMap().set(name, dependencies);
        }
        return response;
      }),
      readResource: unary(async (request: resourceProto.ReadResourceRequest) => {
        const registered = await deployment.read(request);
        const response = new resourceProto.ReadResourceResponse();
        response.setUrn(registered.urn);
        response.setProperties(toStruct(outputsOf(registered)));
        response.setResult(resourceProto.Result.SUCCESS);
        return response;
      }),
      registerResourceOutputs: unary(async (request: resourceProto.RegisterResourceOutputsRequest) => {
        await deployment.setOutputs(request.getUrn(), fromStruct(request.getOutputs()));
        return new emptyProto.Empty();
      }),
      invoke: unary((request: resourceProto.ResourceInvokeRequest) => {
        const response = new resourceProto.ResourceInvokeResponse();
        return answered(response, async () => response.setReturn(toStruct(await deployment.invoke(request))));
      }),
      call: unary((request: resourceProto.ResourceCallRequest) => {
        const response = new providerProto.CallResponse();
        return answered(response, async () => response.setReturn(toStruct(await deployment.call(request))));
      }),
      registerPackage: unary((request: resourceProto.RegisterPackageRequest) => {
        const response = new resourceProto.RegisterPackageResponse();
        response.setRef(deployment.registerPackage(request));
        return response;
      }),
      registerStackTransform: unary((callback: Callback) => {
        deployment.transforms.addToStack(callback);
        return new emptyProto.Empty();
      }),
      registerStackInvokeTransform: unary((callback: Callback) => {
        deployment.transforms.addToStackInvokes(callback);
        return new emptyProto.Empty();
      }),
      registerResourceHook: unary((request: resourceProto.RegisterResourceHookRequest) => {
        deployment.hooks.add(request.getName(), request.getCallback(), request.getIgnoreErrors());
        return new emptyProto.Empty();
      }),
      registerErrorHook: unary((request: resourceProto.RegisterErrorHookRequest) => {
        deployment.hooks.add(request.getName(), request.getCallback());
        return new emptyProto.Empty();
      }),
      signalAndWaitForShutdown: unary(() => new emptyProto.Empty()),
    }),
  );

  server.addService(
    engineGrpc.EngineService as never,
    complete(engineGrpc.EngineService, deployment, {
      log: unary((request: engineProto.LogRequest) => {
        deployment.log({
          severity: SEVERITIES[request.getSeverity()] ?? "info",
          message: request.getMessage(),
          urn: request.getUrn(),
        });
        return new emptyProto.Empty();
      }),
      getRootResource: unary(() => {
        const response = new engineProto.GetRootResourceResponse();
        response.setUrn(deployment.rootUrn);
        return response;
      }),
      setRootResource: unary((request: engineProto.SetRootResourceRequest) => {
        deployment.rootUrn = request.getUrn();
        return new engineProto.SetRootResourceResponse();
      }),
      // Nobody's command line is at work whose version could be too old.
      requirePulumiVersion: unary(() => new engineProto.RequirePulumiVersionResponse()),
    }),
  );

  const connections = server.createConnectionInjector(ServerCredentials.createInsecure());
  return { serve: (connection) => connections.injectConnection(connection), deployment };
}

const outputsOf = ({ wireOutputs, unknown }: Registered) =>
  unknown ? { ...wireOutputs, [UNKNOWN_OUTPUTS]: true } : wireOutputs;

/** A function that refuses says so in its answer, so that the program's own report names the place of the call. */
async function answered<Response extends { setFailuresList(failures: providerProto.CheckFailure[]): unknown }>(
  response: Response,
  answer: () => Promise<unknown>,
): Promise<Response> {
  try {
    await answer();
  } catch (error) {
    if (!(error instanceof ResourceProblem)) throw error;
    const failure = new providerProto.CheckFailure();
    failure.setReason(error.message);
    response.setFailuresList([failure]);
  }
  return response;
}

type Handler = (call: ServerUnaryCall<never, never>, callback: sendUnaryData<never>) => void;

/** What else the protocol has, and may have one day, is refused by its name. */
function complete(service: object, deployment: Deployment, handlers: Record<string, unknown>): never {
  const others = Object.keys(service).filter((name) => !(name in handlers));
  const refused = others.map((name): [string, Handler] => [
    name,
    (_call, callback) => {
      deployment.refused = true;
      callback({
        code: status.FAILED_PRECONDITION,
        details: `the local cloud does not have ${name} of Pulumi's engine`,
      });
    },
  ]);
  return { ...handlers, ...Object.fromEntries(refused) } as never;
}

function unary<Request, Response>(answer: (request: Request) => Response | Promise<Response>) {
  return async (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): Promise<void> => {
    try {
      callback(null, await answer(call.request));
    } catch (error) {
      const code = error instanceof Unavailable ? status.UNAVAILABLE : status.UNKNOWN;
      callback({ code, details: (error as Error).message });
    }
  };
}
