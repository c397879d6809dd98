// The specification's "Basic API Usage" in TypeScript. Start a kernel (`npm start`), then run it: `bun examples/basic-usage.ts`,
// `deno run -A examples/basic-usage.ts` or `node examples/basic-usage.ts`.

import process from "node:process";
import { KernelClient, QuantumCircuit } from "../src/client/index.ts";

// Connect to the kernel
const client = await KernelClient.connect(process.env.EIGEN_URL ?? "http://localhost:50051");

// ========== Submit a Quantum Job ==========
const circuit = new QuantumCircuit().h(0).cx(0, 1).measureAll();

const jobHandle = await client.submitJob({
  id: "test_job_001",
  circuit: circuit.serialize(),
  shots: 1024,
  priority: "normal",
  requirements: {
    minQubits: 2,
    topology: "linear",
    fidelityRequirement: 0.99,
    estimatedDuration: "5s",
  },
});
console.log(`Job submitted: ${jobHandle.jobId}`);

// ========== Monitor Job Status ==========
for await (const status of client.monitorJob(jobHandle.jobId)) {
  switch (status.state.kind) {
    case "running":
      console.log("Job is running...");
      break;
    case "completed":
      console.log("Job completed with result:", status.state.result);
      break;
    case "failed":
      console.log(`Job failed: ${status.state.error.message}`);
      break;
    default:
  }
}

// ========== Query System Metrics ==========
const metrics = await client.getSystemMetrics();
console.log("System metrics:", metrics);

client.close();
