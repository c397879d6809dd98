import { defineConfig } from "vitest/config";

// Tests that no one here wrote, or that need programs from outside the npm registry: each says skipped, and why, where one is missing.
export default defineConfig({
  test: {
    include: ["test/outside/**/*.test.ts"],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 1,
    fileParallelism: false,
  },
});
