// The door of the configuration: text in, typed options out. It reads no file and no environment by itself.

export { type Component, components, resolveComponents } from "./components.ts";
export type { Environment, ReadText } from "./interpolate.ts";
export { calibrationSchemaText, jsonSchemaText } from "./json-schema.ts";
export { type KeyRow, keyTable } from "./keys.ts";
export { type ConfigInput, type GivenKey, type KernelConfig, parseConfig } from "./load.ts";
export { type ComponentSwitches, type EffectiveOptions, environmentVariables } from "./options.ts";
export { configurationPage } from "./page.ts";
export type { Mode } from "./schema.ts";
export { checkServe, reasonsNotToServe } from "./serve-check.ts";
export { type KeyNotInEffect, notInEffect, type ShownKey, showConfig } from "./show.ts";
