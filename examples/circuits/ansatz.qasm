// A variational ansatz: one excitation shared by two qubits, as for the hydrogen molecule; the angle is an input.
// Bind theta when you submit the job, e.g. theta = 1.0471975512 (pi/3).
// Expect 10 with probability sin^2(theta/2) and 01 otherwise: 25 % and 75 % for pi/3.
OPENQASM 3.0;
include "stdgates.inc";

input float theta;

// Takes |01> to cos(theta/2) |01> + sin(theta/2) |10>.
gate excite(t) a, b {
  ry(t) b;
  cx b, a;
}

qubit[2] q;
bit[2] c;

x q[0];
excite(theta) q[0], q[1];
c = measure q;
