"""Stim as a child process of bench/stabilizer.bench.ts, with the requests of stabilizer-ours.ts.

A run is compiling the sampler, which makes the reference run, and sampling into packed bits; outcomes are not counted. Parsing is not timed.
"""

import json
import sys
import time

import numpy
import stim

circuit = None


def answer(request):
    global circuit
    if request["do"] == "load":
        if "stim" in request:
            circuit = stim.Circuit(request["stim"])
        else:
            count = request["ghzQubitCount"]
            chain = "".join(f"CX {k} {k + 1}\n" for k in range(count - 1))
            circuit = stim.Circuit(f"H 0\n{chain}M {' '.join(map(str, range(count)))}")
        return {}
    ms = []
    for repeat in range(request["repeats"]):
        start = time.perf_counter()
        seed = request["seed"] + repeat
        if circuit.num_detectors > 0:
            bits = circuit.compile_detector_sampler(seed=seed).sample(request["shots"], append_observables=True, bit_packed=True)
            width = circuit.num_detectors + circuit.num_observables
        else:
            bits = circuit.compile_sampler(seed=seed).sample(request["shots"], bit_packed=True)
            width = circuit.num_measurements
        ms.append((time.perf_counter() - start) * 1e3)
    table = numpy.unpackbits(bits, axis=1, bitorder="little")[:, :width]
    return {"ms": ms, "ones": int(table.sum()), "lastOnes": int(table[:, -1].sum())}


print(json.dumps({"version": f"Stim {stim.__version__}"}), flush=True)
for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)
