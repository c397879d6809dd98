#!/bin/sh
# Builds Qulacs for this machine: `sh bench/peers/build-qulacs.sh FOLDER` leaves it in FOLDER/venv. The bench calls it once.
# The wheels on PyPI for x86 hold no SIMD kernels since mid-2025 (qulacs/qulacs pull request 688); this build is up to five times faster.
# Needs cmake, a C++ compiler and apt-get, which fetches the headers of Boost and Eigen into FOLDER; nothing is installed on the machine.
set -eu
version=0.6.14
mkdir -p "$1"
cd "$1"
python3 -m venv venv
venv/bin/pip install --quiet --upgrade --disable-pip-version-check "pybind11==2.13.5" numpy==2.4.6 scipy setuptools setuptools_scm wheel
venv/bin/pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: --no-build-isolation "qulacs==$version"
tar xzf "qulacs-$version.tar.gz"
boost=$(apt-cache search --names-only '^libboost[0-9.]+-dev$' | cut -d ' ' -f 1 | sort -V | tail -1)
apt-get download "$boost" libeigen3-dev
for package in *.deb; do dpkg -x "$package" headers; done
cd "qulacs-$version"
mkdir -p include
cp -r ../headers/usr/include/eigen3/Eigen ../headers/usr/include/eigen3/unsupported include/
# Eigen and pybind11 are here already: the build would fetch them from their repositories.
../venv/bin/python - <<'EDIT'
import re
text = open("CMakeLists.txt").read()
text = re.sub(r"ExternalProject_Add\(\s*eigen\s.*?\n\)", "add_custom_target(eigen)", text, flags=re.S)
text = re.sub(r"FetchContent_Declare\(\s*pybind11_fetch.*?endif\(\)", "find_package(pybind11 REQUIRED CONFIG)", text, flags=re.S)
open("CMakeLists.txt", "w").write(text)
EDIT
export BOOST_ROOT="$PWD/../headers/usr" CMAKE_PREFIX_PATH="$PWD/../headers/usr" SETUPTOOLS_SCM_PRETEND_VERSION="$version"
pybind11_DIR=$(../venv/bin/python -m pybind11 --cmakedir)
export pybind11_DIR USE_SIMD=Yes QULACS_OPT_FLAGS="-march=native -mfpmath=both"
../venv/bin/pip install --disable-pip-version-check --no-build-isolation .
# Written last: a build that was cut short has none.
touch ../complete
