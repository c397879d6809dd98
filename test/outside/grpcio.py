"""Calls a kernel's native gRPC port with Google's own implementation, over the same .proto. Prints one line of JSON."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import grpc

root = Path(__file__).resolve().parents[2]
out = Path(tempfile.mkdtemp())
files = sorted(str(path) for path in (root / "proto").rglob("*.proto"))
plugin = "--plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin"
subprocess.run(["protoc", f"-I{root / 'proto'}", "-I/usr/include", plugin, f"--python_out={out}", f"--grpc_python_out={out}", *files], check=True)
# `grpc` and `google` are packages of the library already: only let them find ours beside their own.
sys.path.insert(0, str(out))
grpc.__path__.append(str(out / "grpc"))
import google  # noqa: E402

google.__path__.append(str(out / "google"))

from eigen.kernel.v1 import circuits_pb2, devices_pb2, errors_pb2, jobs_pb2, metrics_pb2, service_pb2_grpc  # noqa: E402
from grpc.health.v1 import health_pb2, health_pb2_grpc  # noqa: E402

BELL = 'OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;'


def main(target: str) -> dict:
    with grpc.insecure_channel(target) as channel:
        kernel = service_pb2_grpc.EigenKernelServiceStub(channel)
        health = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
        handle = kernel.SubmitJob(jobs_pb2.JobSpec(id="from_python", openqasm=BELL, shots=1024), timeout=10)
        states = [status.state for status in kernel.MonitorJob(jobs_pb2.MonitorRequest(id=handle.job_id), timeout=20)]
        result = next(kernel.GetJobResult(jobs_pb2.JobId(id="from_python")))
        stored = kernel.StoreCircuit(circuits_pb2.CircuitData(openqasm=BELL))
        devices = [device.name for device in kernel.ListDevices(devices_pb2.DeviceFilter())]
        live = kernel.GetMetrics(metrics_pb2.MetricsQuery(names=["jobs_processed_total"], live=True))
        points = [next(live).points[-1].value for _ in range(2)]
        live.cancel()
        refusal = refuse(kernel)
        return {
            "health": health.status,
            "states": [jobs_pb2.JobState.Name(state) for state in states],
            "shots": sum(result.counts.values()),
            "outcomes": sorted(result.counts),
            "same_circuit": stored.id == handle.circuit_id,
            "devices": devices,
            "processed": points,
            **refusal,
        }


def refuse(kernel) -> dict:
    """A refusal must carry the typed detail in grpc-status-details-bin."""
    try:
        kernel.SubmitJob(jobs_pb2.JobSpec(openqasm="qubit q", shots=0), timeout=10)
    except grpc.RpcError as error:
        trailers = dict(error.trailing_metadata())
        # google.rpc.Status: 1 code, 2 message, 3 repeated Any. Any: 1 type URL, 2 value. Parsed by hand: googleapis is no dependency here.
        detail = errors_pb2.ErrorDetail()
        detail.ParseFromString(any_value(trailers["grpc-status-details-bin"]))
        return {"refused": error.code().name, "code": detail.code, "faults": sorted({fault.field for fault in detail.faults})}
    return {"refused": "no"}


def any_value(status: bytes) -> bytes:
    return field(field(status, 3), 2)


def field(message: bytes, wanted: int) -> bytes:
    position = 0
    while position < len(message):
        key, position = varint(message, position)
        if key & 7 == 0:
            _, position = varint(message, position)
            continue
        length, position = varint(message, position)
        if key >> 3 == wanted:
            return message[position : position + length]
        position += length
    raise ValueError(f"no field {wanted}")


def varint(message: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[position]
        value |= (byte & 127) << shift
        position, shift = position + 1, shift + 7
        if byte < 128:
            return value, position


print(json.dumps(main(sys.argv[1])))
