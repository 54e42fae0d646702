/**
 * The engine's half of Pulumi's protocol: a `ResourceMonitor` and an `Engine` over gRPC, to which a program registers
 * its resources (https://github.com/pulumi/pulumi/tree/master/proto/pulumi). A deployment here is always a first one:
 * nothing exists before, so everything the program declares is created.
 */
import type { Duplex } from "node:stream";
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineProto from "@pulumi/pulumi/proto/engine_pb.js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import resourceGrpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import resourceProto from "@pulumi/pulumi/proto/resource_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import structProto, { type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb.js";
import { type Provider, type Resource, type ResourceGraph, ResourceProblem } from "./graph.ts";
import type { Diagnostic } from "./problems.ts";
import { decode, dereference, holdsSecret, markSecrets, type Values } from "./values.ts";

const ROOT_TYPE = "pulumi:pulumi:Stack";
const Feature = resourceProto.ResourceMonitorFeature;
const FEATURES = [
  Feature.RESOURCE_MONITOR_FEATURE_SECRETS,
  Feature.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
  Feature.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
  Feature.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
  Feature.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
];
const SEVERITIES: Diagnostic["severity"][] = ["debug", "info", "warning", "error"];

export interface Monitor {
  /** Serves both services on a connection of the program. */
  serve(connection: Duplex): void;
  /** What has been registered so far. */
  graph: ResourceGraph;
  diagnostics: Diagnostic[];
}

/** @param onDiagnostic hears each message of the program as it comes */
export function createMonitor(
  project: { name: string; stack: string; organization: string; config: Record<string, string>; secretKeys: string[] },
  provider: Provider,
  onDiagnostic: (diagnostic: Diagnostic) => void,
): Monitor {
  const deployment = new Registrations(project.name, project.stack, provider, onDiagnostic);
  const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });

  server.addService(resourceGrpc.ResourceMonitorService as never, {
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
      response.setHassupport(
        ["secrets", "resourceReferences", "outputValues", "aliasSpecs", "deletedWith"].includes(request.getId()),
      );
      return response;
    }),
    registerResource: unary((request: resourceProto.RegisterResourceRequest) => {
      const { resource, wireOutputs } = deployment.register(request);
      const response = new resourceProto.RegisterResourceResponse();
      response.setUrn(resource.urn);
      response.setId(resource.id);
      response.setObject(toStruct(wireOutputs));
      response.setResult(resourceProto.Result.SUCCESS);
      return response;
    }),
    readResource: unary((request: resourceProto.ReadResourceRequest) => {
      const { resource, wireOutputs } = deployment.read(request);
      const response = new resourceProto.ReadResourceResponse();
      response.setUrn(resource.urn);
      response.setProperties(toStruct(wireOutputs));
      response.setResult(resourceProto.Result.SUCCESS);
      return response;
    }),
    registerResourceOutputs: unary((request: resourceProto.RegisterResourceOutputsRequest) => {
      deployment.setOutputs(request.getUrn(), fromStruct(request.getOutputs()));
      return new emptyProto.Empty();
    }),
    invoke: unary((request: resourceProto.ResourceInvokeRequest) => {
      const response = new resourceProto.ResourceInvokeResponse();
      try {
        response.setReturn(toStruct(deployment.invoke(request.getTok(), fromStruct(request.getArgs()))));
      } catch (error) {
        if (!(error instanceof ResourceProblem)) throw error;
        const failure = new providerProto.CheckFailure();
        failure.setReason(error.message);
        response.setFailuresList([failure]);
      }
      return response;
    }),
    signalAndWaitForShutdown: unary(() => new emptyProto.Empty()),
  });

  server.addService(engineGrpc.EngineService as never, {
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
    requirePulumiVersion: unary(() => new engineProto.RequirePulumiVersionResponse()),
  });

  const connections = server.createConnectionInjector(ServerCredentials.createInsecure());
  return {
    serve: (connection) => connections.injectConnection(connection),
    graph: deployment.graph,
    diagnostics: deployment.diagnostics,
  };
}

class Registrations {
  readonly graph: ResourceGraph;
  readonly diagnostics: Diagnostic[] = [];
  rootUrn = "";
  readonly #provider: Provider;
  readonly #onDiagnostic: (diagnostic: Diagnostic) => void;
  readonly #byUrn = new Map<string, Resource>();

  constructor(project: string, stack: string, provider: Provider, onDiagnostic: (diagnostic: Diagnostic) => void) {
    this.graph = { project, stack, resources: [], outputs: {}, secretOutputs: [] };
    this.#provider = provider;
    this.#onDiagnostic = onDiagnostic;
  }

  register(request: resourceProto.RegisterResourceRequest): { resource: Resource; wireOutputs: Values } {
    const type = request.getType();
    const wireInputs = request.getCustom()
      ? dereference(fromStruct(request.getObject()))
      : fromStruct(request.getObject());
    const fresh = {
      urn: this.#urn(type, request.getName(), request.getParent()),
      type,
      name: request.getName(),
      inputs: decode(wireInputs) as Values,
      provider: providerUrn(request.getProvider()),
    };
    if (this.#byUrn.has(fresh.urn)) {
      throw this.#refuse(fresh.urn, `Duplicate resource URN '${fresh.urn}'; try giving it a unique name`);
    }
    const made =
      request.getCustom() || request.getRemote()
        ? this.#attempt(fresh.urn, () => this.#provider.create(fresh))
        : { id: "", outputs: {} };
    const resource: Resource = {
      ...fresh,
      parent: request.getParent(),
      custom: request.getCustom(),
      id: made.id,
      outputs: { ...fresh.inputs, ...made.outputs },
      dependencies: request.getDependenciesList(),
      protect: request.getProtect() ?? false,
      retainOnDelete: request.getRetainondelete() ?? false,
      deleteBeforeReplace: request.getDeletebeforereplace(),
      ignoreChanges: request.getIgnorechangesList(),
    };
    this.#add(resource);
    const wireOutputs = { ...wireInputs, ...made.outputs };
    return { resource, wireOutputs: markSecrets(wireOutputs, request.getAdditionalsecretoutputsList()) };
  }

  read(request: resourceProto.ReadResourceRequest): { resource: Resource; wireOutputs: Values } {
    const type = request.getType();
    const inputs = decode(fromStruct(request.getProperties())) as Values;
    const known = {
      urn: this.#urn(type, request.getName(), request.getParent()),
      type,
      name: request.getName(),
      inputs,
      id: request.getId(),
      provider: providerUrn(request.getProvider()),
    };
    const { outputs } = this.#attempt(known.urn, () => this.#provider.read(known));
    const resource: Resource = {
      ...known,
      parent: request.getParent(),
      custom: true,
      outputs,
      dependencies: request.getDependenciesList(),
      protect: false,
      retainOnDelete: false,
      deleteBeforeReplace: false,
      ignoreChanges: [],
      existing: true,
    };
    this.#add(resource);
    return { resource, wireOutputs: outputs };
  }

  setOutputs(urn: string, wire: Values): void {
    const outputs = decode(wire) as Values;
    const resource = this.#byUrn.get(urn);
    if (resource) resource.outputs = { ...resource.outputs, ...outputs };
    if (resource?.type === ROOT_TYPE) {
      this.graph.outputs = outputs;
      this.graph.secretOutputs = Object.keys(wire).filter((name) => holdsSecret(wire[name]));
    }
  }

  invoke(token: string, wire: Values): Values {
    if (token === "pulumi:pulumi:getResource") {
      const resource = this.#byUrn.get((decode(wire) as { urn: string }).urn);
      if (!resource) throw new ResourceProblem("unknown resource");
      return { urn: resource.urn, id: resource.id, state: resource.outputs };
    }
    return this.#provider.invoke(token, decode(wire) as Values);
  }

  log(diagnostic: Diagnostic): void {
    if (diagnostic.severity !== "debug") this.diagnostics.push(diagnostic);
    this.#onDiagnostic(diagnostic);
  }

  #attempt<T>(urn: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof ResourceProblem)) throw error;
      throw this.#refuse(urn, error.message);
    }
  }

  #add(resource: Resource): void {
    this.#byUrn.set(resource.urn, resource);
    this.graph.resources.push(resource);
  }

  /** The type in a URN carries the types of all parents but the stack. */
  #urn(type: string, name: string, parent: string): string {
    const parentTypes = parent.split("::")[2];
    const qualified = parentTypes && parentTypes !== ROOT_TYPE ? `${parentTypes}$${type}` : type;
    return `urn:pulumi:${this.graph.stack}::${this.graph.project}::${qualified}::${name}`;
  }

  /**
   * A refused resource ends the deployment. As Pulumi's engine does, the reason is reported on the resource and the
   * program only learns that the monitor is gone, so it stops without a second report.
   */
  #refuse(urn: string, message: string): Unavailable {
    this.log({ severity: "error", message, urn });
    return new Unavailable("resource monitor shut down");
  }
}

class Unavailable extends Error {}

/** A provider reference is `<urn>::<id>`. */
const providerUrn = (reference: string): string => reference.slice(0, Math.max(0, reference.lastIndexOf("::")));

function unary<Request, Response>(answer: (request: Request) => Response) {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
    try {
      callback(null, answer(call.request));
    } catch (error) {
      const code = error instanceof Unavailable ? status.UNAVAILABLE : status.UNKNOWN;
      callback({ code, details: (error as Error).message });
    }
  };
}

const toStruct = (values: Values): structProto.Struct =>
  structProto.Struct.fromJavaScript(JSON.parse(JSON.stringify(values)) as { [key: string]: JavaScriptValue });

const fromStruct = (struct: structProto.Struct | undefined): Values =>
  struct ? (struct.toJavaScript() as Values) : {};
