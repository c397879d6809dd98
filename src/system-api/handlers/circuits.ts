// Circuits at rest.

import type { Handlers } from "../call.ts";
import { toCircuitData, toCircuitHandle } from "../convert/circuit.ts";
import { unwrap, unwrapMerged } from "../errors.ts";
import type { Rooms } from "../options.ts";
import { need } from "./need.ts";

export function circuitHandlers({ circuits }: Rooms): Pick<Handlers, "storeCircuit" | "retrieveCircuit"> {
  return {
    async storeCircuit({ openqasm, name, metadata }, { owner, faults }) {
      const stored = await need(circuits, "qfs").store(owner, { openqasm, name, metadata, faults });
      return toCircuitHandle(unwrapMerged(stored, faults));
    },

    async retrieveCircuit({ id }, { owner }) {
      return toCircuitData(unwrap(await need(circuits, "qfs").load(owner, id)));
    },
  };
}
