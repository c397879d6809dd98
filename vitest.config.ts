import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["test/outside/**", "node_modules/**"],
    // Kernels of three runtimes boot in these tests, on a machine that may have two cores.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    coverage: {
      include: ["src/**/*.ts"],
      exclude: ["src/gen/**", "**/*.test.ts", "**/*.suite.ts", "**/*.gen.ts"],
      reportsDirectory: "coverage",
    },
  },
});
