// The door of the system API.

export type { Component, MetricReading, MetricsReader, MetricsReadQuery, Rooms, Sleep, SystemApiOptions } from "./options.ts";
export { type RestRoute, restRoutes } from "./rest/routes.ts";
export type { RpcHandler } from "./rpc.ts";
export { rulesOf } from "./rules.ts";
export { createSystemApi, type SystemApi } from "./system-api.ts";
