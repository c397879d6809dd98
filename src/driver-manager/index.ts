// The door of the driver manager.
export { type SimulationNeed, simulationFaults } from "./carried.ts";
export type { DriverManager, TaskSlot } from "./door.ts";
export { idealSimulator, type SimulatedDevice, simulatedFleet } from "./simulated-device.ts";
export { createSimulatorDriver, type SimulatorOptions } from "./simulator-driver.ts";
