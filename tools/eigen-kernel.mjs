#!/usr/bin/env node
// `eigen-kernel …` is `eigen serve …`.
process.argv.splice(2, 0, "serve");
await import("./eigen.mjs");
