// kernel.qfs and kernel.storage: where circuits, states and live qubits are kept.

import { z } from "zod";
import { duration, flag, name, oneOf, path, pattern, section, text, wantedOf, wholeNumber } from "./leaves.ts";

const backends = ["local", "s3", "gcs", "azure"] as const;

// The same keys stand under kernel.qfs (short) and kernel.storage.qfs (long); rules.ts refuses two different values.
export const qfsSection = section({
  enabled: flag(),
  storage_backend: oneOf(backends),
  circuit_cache_size: wholeNumber(0, 1_000_000),
  state_compression: flag(),
  use_in_memory_storage: flag(),
  circuit_fs: section({
    backend: oneOf(backends),
    bucket: name("a bucket"),
    region: name("a region"),
    encryption: oneOf(["none", "aes256"]),
  }),
  state_store: section({
    backend: oneOf([...backends, "elasticsearch"]),
    hosts: z
      .array(pattern(/^[A-Za-z0-9._-]{1,255}:\d{1,5}$/, "host:port"))
      .min(1)
      .max(64)
      .register(wantedOf, { wanted: "a list of 1 to 64 host:port" }),
    index: name("an index"),
  }),
  live_qubit_mgr: section({
    cache_size: wholeNumber(0, 1_000_000),
    telemetry_interval: duration("1ms", "1h"),
  }),
});

export const storageSection = section({
  data_dir: path("a folder for the database and its files"),
  qfs: qfsSection,
});

export const backupSection = section({
  enabled: flag(),
  schedule: pattern(/^[0-9A-Za-z*,/-]{1,64}( [0-9A-Za-z*,/-]{1,64}){4}$/, "five cron fields, such as 0 2 * * *"),
  retention_days: wholeNumber(1, 36_500),
  storage: text("a place such as s3://bucket or a folder"),
  encryption: flag(),
});
