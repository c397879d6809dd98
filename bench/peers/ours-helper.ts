// A thread that helps ours-engine.ts with wide states: joins each crew it is invited to, as the kernel's compute workers do.

import { parentPort, workerData } from "node:worker_threads";
import { type Invitation, joinCrew, type SimulatorModules } from "../../src/simulator/index.ts";

parentPort?.on("message", (invitation: Invitation) => joinCrew(workerData as SimulatorModules, invitation));
parentPort?.postMessage("ready");
