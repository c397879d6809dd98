// The quantum Fourier transform on eight qubits finds a frequency.
// The input is the wave sum over x of exp(-2 pi i 77 x / 256) |x>; its transform is the single number 77.
// Expect 01001101 (77) in every shot.
OPENQASM 2.0;
include "qelib1.inc";

gate rotate(k) a { h a; u1(-k) a; }

qreg q[8];
creg c[8];

// The wave: qubit j carries the phase of the bit 2^j.
rotate(77*pi/128) q[0];
rotate(77*pi/64) q[1];
rotate(77*pi/32) q[2];
rotate(77*pi/16) q[3];
rotate(77*pi/8) q[4];
rotate(77*pi/4) q[5];
rotate(77*pi/2) q[6];
rotate(77*pi) q[7];
barrier q;

// The transform, the highest bit first; the swaps at its end put the result into order.
h q[7];
cu1(pi/2) q[6], q[7];
cu1(pi/4) q[5], q[7];
cu1(pi/8) q[4], q[7];
cu1(pi/16) q[3], q[7];
cu1(pi/32) q[2], q[7];
cu1(pi/64) q[1], q[7];
cu1(pi/128) q[0], q[7];
h q[6];
cu1(pi/2) q[5], q[6];
cu1(pi/4) q[4], q[6];
cu1(pi/8) q[3], q[6];
cu1(pi/16) q[2], q[6];
cu1(pi/32) q[1], q[6];
cu1(pi/64) q[0], q[6];
h q[5];
cu1(pi/2) q[4], q[5];
cu1(pi/4) q[3], q[5];
cu1(pi/8) q[2], q[5];
cu1(pi/16) q[1], q[5];
cu1(pi/32) q[0], q[5];
h q[4];
cu1(pi/2) q[3], q[4];
cu1(pi/4) q[2], q[4];
cu1(pi/8) q[1], q[4];
cu1(pi/16) q[0], q[4];
h q[3];
cu1(pi/2) q[2], q[3];
cu1(pi/4) q[1], q[3];
cu1(pi/8) q[0], q[3];
h q[2];
cu1(pi/2) q[1], q[2];
cu1(pi/4) q[0], q[2];
h q[1];
cu1(pi/2) q[0], q[1];
h q[0];
swap q[0], q[7];
swap q[1], q[6];
swap q[2], q[5];
swap q[3], q[4];

measure q -> c;
