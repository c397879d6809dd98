import { expect, test } from "vitest";
import { unsaidInSpec } from "../../model/job.ts";
import { noOutputs } from "../../model/simulation.ts";
import { metadata, spec } from "../store.fixture.ts";
import { decodeJob, decodeMetadata, encodeMetadata, encodeSpec } from "./rows.ts";

const utf8 = new TextEncoder();

function jobRow(specJson: string): Uint8Array {
  const submitted = [
    "job_1",
    "local",
    "default",
    specJson,
    "QUEUED",
    0,
    0,
    0,
    0,
    "",
    0,
    "",
    null,
    5,
    null,
    null,
    null,
    "",
    1,
    1,
    "",
  ];
  return utf8.encode(JSON.stringify(submitted));
}

test("a job of an older kernel, which says nothing of methods, is read as one that leaves them to the simulator", () => {
  const { method: _method, precision: _precision, outputs: _outputs, sweep: _sweep, ...older } = JSON.parse(encodeSpec(spec()));
  const { job } = decodeJob(jobRow(JSON.stringify(older)));
  expect(job.spec).toEqual(spec({ method: "automatic", precision: "double", outputs: noOutputs, sweep: [] }));
  expect(decodeJob(jobRow(encodeSpec(spec()))).job.spec).toEqual(spec());
  expect(JSON.parse(encodeSpec(spec(unsaidInSpec)))).not.toHaveProperty("outputs");
});

test("a result of an older kernel names the one method that there was", () => {
  const { method: _method, methodReason: _reason, precision: _precision, ...older } = JSON.parse(encodeMetadata(metadata));
  expect(decodeMetadata(JSON.stringify(older))).toMatchObject({ method: "statevector", precision: "double", shots: 1024 });
  expect(decodeMetadata(encodeMetadata(metadata))).toEqual(metadata);
});
