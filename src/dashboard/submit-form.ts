// Submits a circuit as OpenQASM text.

import type { KernelClient } from "../client/index.ts";
import { goTo } from "./address.ts";
import { element, replaceChildren } from "./elements.ts";
import { errorBox } from "./words.ts";

const bell = `OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
bit[2] c;
h q[0];
cx q[0], q[1];
c = measure q;
`;

export function submitForm(client: KernelClient): HTMLElement {
  const circuit = element("textarea", { name: "circuit", rows: "8", spellcheck: "false", required: true }, bell);
  const shots = element("input", { name: "shots", type: "number", min: "1", max: "1000000", value: "1024", required: true });
  const name = element("input", { name: "name", maxlength: "128", placeholder: "none" });
  const button = element("button", { type: "submit" }, "Submit");
  const told = element("div", {});
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    button.disabled = true;
    replaceChildren(told);
    try {
      const handle = await client.submitJob({ id: name.value, circuit: circuit.value, shots: Number(shots.value) });
      goTo({ job: handle.jobId });
    } catch (error) {
      replaceChildren(told, errorBox(error));
    } finally {
      button.disabled = false;
    }
  };
  return element(
    "details",
    { class: "submit" },
    element("summary", {}, "Submit a circuit"),
    element(
      "form",
      { submit: (event) => void submit(event) },
      element("label", { class: "wide" }, "OpenQASM 2 or 3", circuit),
      element("label", {}, "Shots ", shots),
      element("label", {}, "Name ", name),
      button,
      told,
    ),
  );
}
