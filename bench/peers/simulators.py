"""A native simulator as a child process of bench/simulator.bench.ts and of the cross-check under test/outside.

    python simulators.py PEER THREADS       PEER: qulacs, aer, qsim

One JSON request a line on stdin, one JSON answer a line on stdout; the end of stdin ends it. Requests:

    {"do": "load", "name": N, "qubitCount": n, "gates": [[gate, [qubits], [angles]], ...], "precision": "f64"}
    {"do": "run", "name": N, "repeats": k, "indices": [...], "fusion": f}     -> {"ms": [...], "probabilities": [...]}
    {"do": "loadNoise", "name": N, "program": {...}}                          (Aer only; the program of noise-program.ts)
    {"do": "runNoise", "name": N, "shots": s, "seed": k}   -> {"ms": [...], "counts": {...}}
    {"do": "statevector", "name": N}                                          -> {"amplitudes": [re, im, re, im, ...]}   (Aer only)
    {"do": "drop"}                                                            forgets what was loaded

Gates carry the names of our gate table (Qiskit's); qubit 0 is the least significant bit of an index. Only the simulator's own call is timed:
neither the conversion of a circuit nor what Python adds around the call.
"""

import gc
import json
import math
import sys
import time


class Qulacs:
    """Double precision. The light optimiser has run when the time starts; a run sets |0..0> and applies the circuit."""

    def __init__(self, threads):
        import qulacs

        self.q = qulacs
        # Since 0.6.12 the wheels for x86 hold no SIMD kernels: five times slower on c_qv20 than a build for the machine.
        with open(sys.modules["qulacs_core"].__file__, "rb") as library:
            has_simd = b"double_qubit_dense_matrix_gate_simd" in library.read()
        self.version = f"{qulacs.__version__} ({'built for this machine, SIMD' if has_simd else 'wheel without SIMD'})"
        self.loaded = {}

    def gate(self, name, qubits, angles):
        g = self.q.gate
        plain = {
            "id": "Identity", "x": "X", "y": "Y", "z": "Z", "h": "H", "s": "S", "sdg": "Sdag", "t": "T", "tdg": "Tdag", "sx": "sqrtX",
            "rx": "RotX", "ry": "RotY", "rz": "RotZ", "p": "U1", "u": "U3", "cx": "CNOT", "cz": "CZ", "swap": "SWAP", "ccx": "TOFFOLI",
        }  # fmt: skip
        if name in plain:
            return getattr(g, plain[name])(*qubits, *angles)
        if name == "cp":
            # The fastest of three ways to say it (b_qft20, native build: 119 ms, DiagonalMatrix 267 ms, five plain gates 156 ms).
            gate = g.to_matrix_gate(g.U1(qubits[1], angles[0]))
            gate.add_control_qubit(qubits[0], 1)
            return gate
        raise ValueError(f"no conversion of the gate {name} to Qulacs")

    def load(self, name, qubit_count, gates, precision):
        circuit = self.q.QuantumCircuit(qubit_count)
        for gate, qubits, angles in gates:
            circuit.add_gate(self.gate(gate, qubits, angles))
        self.q.circuit.QuantumCircuitOptimizer().optimize_light(circuit)
        self.loaded[name] = (circuit, self.q.QuantumState(qubit_count))

    def run(self, name, request):
        circuit, state = self.loaded[name]
        start = time.perf_counter()
        state.set_zero_state()
        circuit.update_quantum_state(state)
        return (time.perf_counter() - start) * 1e3

    def probabilities(self, name, request):
        _, state = self.loaded[name]
        return [abs(state.get_amplitude(index)) ** 2 for index in request["indices"]]


class Qsim:
    """Single precision. The time is that of the compiled call, which fuses, allocates the state and reads a few amplitudes."""

    def __init__(self, threads):
        import cirq
        import qsimcirq

        self.cirq = cirq
        self.qsimcirq = qsimcirq
        self.version = qsimcirq.__version__
        self.threads = threads
        self.loaded = {}

    def gate(self, name, angles):
        c = self.cirq
        turns = [angle / math.pi for angle in angles]
        fixed = {
            "x": c.X, "y": c.Y, "z": c.Z, "h": c.H, "s": c.S, "sdg": c.S**-1, "t": c.T, "tdg": c.T**-1, "sx": c.X**0.5,
            "cx": c.CNOT, "cz": c.CZ, "swap": c.SWAP, "ccx": c.TOFFOLI,
        }  # fmt: skip
        if name in fixed:
            return fixed[name]
        if name in ("rx", "ry", "rz"):
            return getattr(c, name)(*angles)
        if name == "p":
            return c.ZPowGate(exponent=turns[0])
        if name == "cp":
            return c.CZPowGate(exponent=turns[0])
        if name == "u":
            return c.circuits.qasm_output.QasmUGate(*turns)
        raise ValueError(f"no conversion of the gate {name} to Cirq")

    def load(self, name, qubit_count, gates, precision):
        qubits = self.cirq.LineQubit.range(qubit_count)
        circuit = self.cirq.Circuit(self.gate(gate, angles).on(*(qubits[k] for k in on)) for gate, on, angles in gates)
        # Cirq's first qubit is the most significant bit.
        order = tuple(reversed(qubits))
        translated = self.qsimcirq.QSimCircuit(circuit).translate_cirq_to_qsim(order)
        self.loaded[name] = (translated[0] if isinstance(translated, tuple) else translated, qubit_count)

    def call(self, name, request):
        circuit, qubit_count = self.loaded[name]
        options = self.qsimcirq.QSimOptions(max_fused_gate_size=request.get("fusion", 2), cpu_threads=self.threads)
        simulator = self.qsimcirq.QSimSimulator(options)
        wanted = "\n".join(format(index, "b").zfill(qubit_count)[::-1] for index in request["indices"])
        call = {**simulator.qsim_options, "i": wanted, "c": circuit, "s": 1}
        start = time.perf_counter()
        amplitudes = simulator._sim_module.qsim_simulate(call)
        return (time.perf_counter() - start) * 1e3, amplitudes

    def run(self, name, request):
        ms, self.amplitudes = self.call(name, request)
        return ms

    def probabilities(self, name, request):
        return [abs(amplitude) ** 2 for amplitude in self.amplitudes]


class Aer:
    """Method statevector, fusion on with its default of five qubits. The time is Aer's own, taken in its compiled core around one experiment:
    fusion, allocation, gates and the reading of a few probabilities, without what Qiskit does before and after."""

    def __init__(self, threads):
        import qiskit
        import qiskit_aer
        from qiskit.circuit.library.standard_gates import get_standard_gate_name_mapping

        self.aer = qiskit_aer
        self.qiskit = qiskit
        self.version = qiskit_aer.__version__
        self.threads = threads
        self.gates = get_standard_gate_name_mapping()
        self.known = set(qiskit_aer.AerSimulator(method="statevector").configuration().basis_gates)
        self.loaded = {}

    def append(self, circuit, name, qubits, angles):
        from qiskit.circuit.library import UnitaryGate

        if name in self.gates:
            gate = self.gates[name].base_class(*angles)
            # What Aer does not know by name it takes as the matrix that Qiskit gives the gate.
            return circuit.append(gate if name in self.known else UnitaryGate(gate.to_matrix()), qubits)
        # The inverses that Qiskit has no name for.
        base = {"csxdg": "csx", "iswapdg": "iswap"}[name]
        return circuit.append(UnitaryGate(self.gates[base].base_class().to_matrix().conj().T), qubits)

    def simulator(self, precision="f64", **options):
        return self.aer.AerSimulator(
            method="statevector",
            precision="double" if precision == "f64" else "single",
            max_parallel_threads=self.threads,
            fusion_enable=True,
            fusion_max_qubit=5,
            **options,
        )

    def load(self, name, qubit_count, gates, precision):
        circuit = self.qiskit.QuantumCircuit(qubit_count)
        for gate, qubits, angles in gates:
            self.append(circuit, gate, qubits, angles)
        self.loaded[name] = (circuit, self.simulator(precision), {})

    def run(self, name, request):
        circuit, simulator, saving = self.loaded[name]
        key = tuple(request["indices"])
        if key not in saving:
            saving.clear()
            saving[key] = circuit.copy()
            saving[key].save_amplitudes_squared(list(key))
        result = simulator.run(saving[key], shots=1).result()
        if not result.success:
            raise RuntimeError(result.status)
        self.last = result.data(0)["amplitudes_squared"]
        return result.results[0].time_taken * 1e3

    def probabilities(self, name, request):
        return [float(value) for value in self.last]

    def statevector(self, name):
        circuit, simulator, _ = self.loaded[name]
        whole = circuit.copy()
        whole.save_statevector()
        state = simulator.run(whole, shots=1).result().get_statevector()
        return [part for amplitude in state.data for part in (float(amplitude.real), float(amplitude.imag))]

    def load_noise(self, name, program):
        from qiskit.circuit.library import IGate
        from qiskit_aer.noise import NoiseModel, ReadoutError

        circuit = self.qiskit.QuantumCircuit(program["qubitCount"], program["qubitCount"])
        errors = {}
        model = NoiseModel(basis_gates=["id", "rz", "sx", "x", "cx"])
        for operation in program["operations"]:
            channel, qubits = operation.get("channel"), operation["qubits"]
            # An idle time is an identity gate with the channel as its label; a gate's channel hangs on its own name and qubits.
            gate = operation.get("gate", "id")
            if gate == "id":
                circuit.append(IGate(label=channel), qubits)
            else:
                self.append(circuit, gate, qubits, operation["angles"])
            if channel is None:
                continue
            place = (channel if gate == "id" else gate, tuple(qubits))
            if errors.setdefault(place, channel) != channel:
                raise ValueError(f"two channels for {place}")
        for (label, qubits), channel in errors.items():
            model.add_quantum_error(self.error(program["channels"][channel], len(qubits)), label, list(qubits))
        for qubit, (one_given_0, zero_given_1) in enumerate(program["readout"]):
            confusion = [[1 - one_given_0, one_given_0], [zero_given_1, 1 - zero_given_1]]
            model.add_readout_error(ReadoutError(confusion), [qubit])
        circuit.measure(range(program["qubitCount"]), range(program["qubitCount"]))
        self.loaded[name] = (circuit, model)

    def error(self, stages, qubit_count):
        """One QuantumError of a channel's stages, in order, as Aer's own device models compose theirs."""
        from qiskit_aer.noise import QuantumError, kraus_error, pauli_error

        whole = None
        for stage in stages:
            if stage["kind"] == "pauli":
                part = pauli_error(list(stage["probabilities"].items()))
            elif stage["kind"] == "kraus":
                part = kraus_error([[[complex(*entry) for entry in row] for row in matrix] for matrix in stage["operators"]])
            else:
                from qiskit.circuit import Reset
                from qiskit.circuit.library import IGate, ZGate

                rates = [1 - stage["resetRate"] - stage["phaseFlipRate"], stage["phaseFlipRate"], stage["resetRate"]]
                part = QuantumError([([(gate, [0])], rate) for gate, rate in zip([IGate(), ZGate(), Reset()], rates)])
            if part.num_qubits < qubit_count:
                idle = pauli_error([("I", 1)])
                part = part.tensor(idle) if stage["qubits"] == [1] else idle.tensor(part)
            whole = part if whole is None else whole.compose(part)
        return whole

    def run_noise(self, name, request):
        circuit, model = self.loaded[name]
        simulator = self.simulator(noise_model=model)
        result = simulator.run(circuit, shots=request["shots"], seed_simulator=request["seed"]).result()
        if not result.success:
            raise RuntimeError(result.status)
        return {"ms": [result.results[0].time_taken * 1e3], "counts": result.get_counts()}


def answer(peer, request):
    do, name = request["do"], request.get("name")
    if do == "load":
        peer.load(name, request["qubitCount"], request["gates"], request.get("precision", "f64"))
        return {}
    if do == "run":
        times = [peer.run(name, request) for _ in range(request["repeats"])]
        return {"ms": times, "probabilities": peer.probabilities(name, request)}
    if do == "statevector":
        return {"amplitudes": peer.statevector(name)}
    if do == "loadNoise":
        peer.load_noise(name, request["program"])
        return {}
    if do == "runNoise":
        return peer.run_noise(name, request)
    if do == "drop":
        peer.loaded.clear()
        gc.collect()
        return {}
    raise ValueError(f"unknown request {do}")


def main():
    name, threads = sys.argv[1], int(sys.argv[2])
    peer = {"qulacs": Qulacs, "aer": Aer, "qsim": Qsim}[name](threads)
    print(json.dumps({"version": peer.version}), flush=True)
    for line in sys.stdin:
        try:
            reply = answer(peer, json.loads(line))
        except Exception as error:  # The bench decides what a failure means.
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


main()
