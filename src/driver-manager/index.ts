// The door of the driver manager.
export type { DriverManager, TaskSlot } from "./door.ts";
export { createSimulatorDriver, type SimulatorOptions } from "./simulator-driver.ts";
