// Topologies as clients write them: a word, or a grid with its sides.

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type TopologyConstraint, TopologyConstraintSchema } from "../gen/eigen/kernel/v1/jobs_pb.ts";

type Shape = MessageInitShape<typeof TopologyConstraintSchema>["shape"];

const shapes = {
  any: { case: undefined },
  linear: { case: "linear", value: {} },
  ring: { case: "ring", value: {} },
  star: { case: "star", value: {} },
  heavy_hex: { case: "heavyHex", value: {} },
  all_to_all: { case: "allToAll", value: {} },
} as const satisfies Readonly<Record<string, Shape>>;

export type Topology = keyof typeof shapes | { readonly grid: readonly [rows: number, columns: number] };

export function toTopologyConstraint(topology: Topology): TopologyConstraint {
  if (typeof topology === "string") return create(TopologyConstraintSchema, { shape: shapes[topology] });
  const [rows, columns] = topology.grid;
  return create(TopologyConstraintSchema, { shape: { case: "grid", value: { rows, columns } } });
}
