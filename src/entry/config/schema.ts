// The one description of a configuration file. What each key does, and whether it does it yet, is in keys.ts.

import { z } from "zod";
import { backupSection, qfsSection, storageSection } from "./schema/data.ts";
import {
  highAvailabilitySection,
  performanceSection,
  qrtxSection,
  resourceManagerSection,
  simulatorSection,
} from "./schema/execution.ts";
import { name, oneOf, section } from "./schema/leaves.ts";
import { observabilitySection } from "./schema/observability.ts";
import { networkSection, securitySection } from "./schema/security.ts";

export const modes = ["development", "staging", "production", "test"] as const;
export type Mode = (typeof modes)[number];

export const configSchema = z.strictObject({
  kernel: section({
    mode: oneOf(modes),
    cluster_name: name("a cluster name"),
    qrtx: qrtxSection,
    resource_manager: resourceManagerSection,
    simulator: simulatorSection,
    qfs: qfsSection,
    observability: observabilitySection,
    security: securitySection,
    performance: performanceSection,
    network: networkSection,
    storage: storageSection,
    high_availability: highAvailabilitySection,
    backup: backupSection,
  }),
});

/** A file as it was written, its units turned into milliseconds and bytes. Nothing is filled in. */
export type Settings = z.output<typeof configSchema>["kernel"];
