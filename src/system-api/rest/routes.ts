// The REST paths, read from the google.api.http annotations beside each method. The OpenAPI description reads the same table.

import { type DescField, getOption } from "@bufbuild/protobuf";
import { InvariantError } from "../../base/invariant.ts";
import { EigenKernelService } from "../../gen/eigen/kernel/v1/service_pb.ts";
import { http } from "../../gen/google/api/annotations_pb.ts";
import type { KernelMethod } from "../dispatch.ts";

export interface RestRoute {
  readonly method: KernelMethod;
  readonly httpMethod: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** As annotated, such as "/api/v1/jobs/{id}". */
  readonly template: string;
  /** Fields that stand in the path, in order. */
  readonly pathFields: readonly DescField[];
  /** The request is the body; else it is the query. */
  readonly hasBody: boolean;
  readonly pattern: RegExp;
}

export const restRoutes: readonly RestRoute[] = EigenKernelService.methods.map(toRoute);

export interface PathMatch {
  readonly route: RestRoute;
  /** Raw, percent-encoded. */
  readonly values: readonly string[];
}

/** Every route at a path, whatever its HTTP method. */
export function matchPath(path: string): readonly PathMatch[] {
  const matches: PathMatch[] = [];
  for (const route of restRoutes) {
    const match = route.pattern.exec(path);
    if (match !== null) matches.push({ route, values: match.slice(1) });
  }
  // A path written out is meant before one with a field: "/jobs:estimate" is no job.
  return matches.sort((a, b) => a.values.length - b.values.length);
}

function toRoute(method: KernelMethod): RestRoute {
  const rule = getOption(method, http);
  const { case: verb, value } = rule.pattern;
  if (verb === undefined || verb === "custom") throw new InvariantError(`${method.name} has no REST path`);
  const names = [...value.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
  const pathFields = names.map((name) => {
    const field = method.input.fields.find((candidate) => candidate.name === name);
    if (field === undefined) throw new InvariantError(`${method.name} has no field ${name} for its path`);
    return field;
  });
  const pattern = value.replaceAll(/[.*+?^$()|[\]\\]/g, "\\$&").replaceAll(/\{\w+\}/g, "([^/]+?)");
  const httpMethod = verb.toUpperCase() as RestRoute["httpMethod"];
  return { method, httpMethod, template: value, pathFields, hasBody: rule.body === "*", pattern: new RegExp(`^${pattern}$`) };
}
