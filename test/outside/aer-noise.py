# Runs the steps of a noisy program in Qiskit Aer, each channel built by Aer's own constructors, and prints the exact probability of each outcome
# and each gate's average error. Input and output: JSON.
import json
import math
import sys

from qiskit import QuantumCircuit
from qiskit.quantum_info import SuperOp, average_gate_fidelity
from qiskit_aer import AerSimulator
from qiskit_aer.noise import ReadoutError, depolarizing_error, thermal_relaxation_error

asked = json.load(sys.stdin)


def relaxation(step):
    # One unit of time, so that T1 and T2 follow from what is left.
    t1 = -1 / math.log1p(-step["decay"])
    t2 = -1 / math.log(step["coherence"])
    return thermal_relaxation_error(t1, min(t2, 2 * t1), 1, step["excited"])


circuit = QuantumCircuit(asked["qubitCount"])
for step in asked["steps"]:
    if step["kind"] == "gate":
        getattr(circuit, step["gate"])(*step["angles"], *step["qubits"])
    elif step["kind"] == "relax":
        circuit.append(relaxation(step).to_instruction(), [step["qubit"]])
    else:
        circuit.append(depolarizing_error(step["rate"], len(step["qubits"])).to_instruction(), step["qubits"])
circuit.save_probabilities()
simulator = AerSimulator(method="density_matrix", max_parallel_threads=1)
probabilities = simulator.run(circuit, shots=1).result().data()["probabilities"]

errors = []
for gate in asked["gates"]:
    channel = SuperOp(depolarizing_error(gate["rate"], len(gate["relaxations"])))
    relaxed = SuperOp(relaxation(gate["relaxations"][0]))
    for other in gate["relaxations"][1:]:
        relaxed = SuperOp(relaxation(other)).tensor(relaxed)
    errors.append(1 - average_gate_fidelity(channel.compose(relaxed)))

json.dump({"probabilities": list(map(float, probabilities)), "errors": errors}, sys.stdout)
