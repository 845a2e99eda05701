# make demo · make test · make check — each does its own set-up in .venv, once.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SPEED ?= 10
STRIP ?=
RATE ?=
ARGS ?=
# Of the released bundle, the one to prefer first.
BUNDLE_FORMATS ?= tflite-fp16,onnx-fp32
COHORT_SEED ?= 1
RELEASE ?= out/release
OUTPUTS = --outputs k_gt_5_5 --outputs k_ge_6_0 --outputs k_mmol_l
# Public recordings, see the README; without them the model learns from synthetic patients only.
DATA ?= $(or $(POCKETK_DATA),../shared/data)
PYTEST = POCKETK_MAKE_TARGET=$@ $(BIN)/python -m pytest

.PHONY: help demo test slow soak soak-day test-tflite-runtime test-other-cpu test-aarch64 test-provision lock-pi parity-long fuzz fuzz-long check mutation requirements benchmarks benchmark-evaluation benchmark-inference cohort-50k train-default judge-default seeds-default quantise-default publish-default train-smoke resolve bundles sign-bundles clean

help:  ## Say what can be made
	@grep -hE '^[a-z0-9-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || { \
	  echo "Pocket-K needs Python 3.11, 3.12 or 3.13; '$(PYTHON)' is $$($(PYTHON) --version 2>&1 || echo missing). Set PYTHON=/path/to/python3.11."; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "Python's venv module is missing. On Debian or Raspberry Pi OS: sudo apt install python3-venv"; exit 2; }
	$(PYTHON) -m venv $(VENV)

# The stamps lie inside .venv: whoever deletes it starts anew.
$(VENV)/.demo-ready: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Setting up .venv for the demonstration (once)..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[demo]'
	@touch $@

$(VENV)/.dev-ready: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Setting up .venv for development (once; torch is large)..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/.demo-ready

# A strip or options of one's own are one measurement; else a real strip and two simulated patients, one after another.
demo: $(VENV)/.demo-ready  ## Measure over the virtual handheld (SPEED=1 real time, STRIP=file, RATE=hertz, ARGS=...)
	@$(BIN)/pocketk-agent demo --speed $(SPEED) --out out/demo $(if $(STRIP)$(ARGS),,--tour) $(if $(STRIP),--strip '$(STRIP)') $(if $(RATE),--rate $(RATE)) $(ARGS)

# Two processes of tests on few cores: more threads of linear algebra than cores wait for each other in busy loops.
test: $(VENV)/.dev-ready  ## Run the whole test suite, then show the requirements
	@OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(PYTEST) -n 2 --dist loadfile -m "not slow"
	@$(BIN)/pocketk requirements

slow: $(VENV)/.dev-ready  ## Run what the test suite only samples: scale, presets, soak (half an hour)
	@$(PYTEST) -m slow

# Environments of their own: tflite-runtime wants numpy 1, atheris has wheels for few Pythons.
$(VENV)-tflite/.ready: Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "tflite-runtime needs Python 3.11: PYTHON=/path/to/python3.11"; exit 2; }
	@$(PYTHON) -m venv $(VENV)-tflite
	@$(VENV)-tflite/bin/python -m pip install --quiet --disable-pip-version-check tflite-runtime==2.14.0 numpy==1.26.4 \
	  scipy==1.17.1 bottleneck==1.6.0 cryptography==50.0.2 rich pytest==9.2.0 pytest-timeout==2.4.0 hypothesis==6.170.15
	@$(VENV)-tflite/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --target $(VENV)-tflite/numpy-2 numpy==2.4.6
	@touch $@

$(VENV)-fuzz/.ready: Makefile constraints.txt
	@$(PYTHON) -m venv $(VENV)-fuzz
	@$(VENV)-fuzz/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt atheris==3.0.0 numpy bottleneck scipy cryptography
	@touch $@

test-tflite-runtime: $(VENV)/.dev-ready $(VENV)-tflite/.ready  ## Runner contract, golden vectors and traps with tflite-runtime 2.14 and NumPy 1
	@$(BIN)/python tests/tflite_2_14/make_models.py out/tflite-runtime
	@POCKETK_MAKE_TARGET=$@ POCKETK_TFLITE_MODELS=out/tflite-runtime POCKETK_NUMPY_2=$(VENV)-tflite/numpy-2 \
	  PYTHONPATH=host:device $(VENV)-tflite/bin/python -m pytest -q tests/tflite_2_14 tests/contract/test_runner_contract.py

test-other-cpu: $(VENV)/.dev-ready  ## The same logits on x86-64 with AVX2 only and on aarch64, under qemu-user; timing not meaningful
	@$(BIN)/python -m pocketk.export.across_cpus.prepare out/other-cpu
	@$(PYTEST) -q -s tests/other_cpu

test-aarch64: $(VENV)/.dev-ready  ## Part of the agent's tests and the golden vectors on aarch64 under qemu-user; timing not meaningful (10 minutes)
	@$(BIN)/python -m pocketk.export.across_cpus.prepare out/other-cpu
	@$(PYTEST) -q -s tests/aarch64

test-provision: $(VENV)/.dev-ready  ## Install the Raspberry Pi's kit into emulated 64-bit ARM systems with Python 3.11 and 3.13 (20 minutes)
	@$(PYTEST) -q -s tests/provision

lock-pi: $(VENV)/.dev-ready  ## Lock the Raspberry Pi's packages anew, after a dependency changed
	@$(BIN)/python -m pocketk.provision.make_lock

parity-long: $(VENV)/.dev-ready  ## Files of single and half precision beside their network, 1,000 clips, both sizes
	@POCKETK_PARITY_CLIPS=1000 $(PYTEST) -q -s tests/scale/test_format_parity.py

fuzz: $(VENV)-fuzz/.ready  ## Fuzz everything that reads a bundle, verify and archives two minutes each (6 minutes)
	@PYTHONPATH=device $(VENV)-fuzz/bin/python tests/fuzz/fuzz_all.py 120 out/fuzz

fuzz-long: $(VENV)-fuzz/.ready  ## The same with 27 minutes each (70 minutes)
	@PYTHONPATH=device $(VENV)-fuzz/bin/python tests/fuzz/fuzz_all.py 1600 out/fuzz

soak: $(VENV)/.dev-ready  ## Measure for ten minutes of real time; deadlines of the provisional score
	@$(PYTEST) -s tests/hil/test_40_soak.py -m slow

soak-day: $(VENV)/.dev-ready  ## A day of simulated patients as fast as the machine goes: is memory flat? (an hour)
	@$(PYTEST) -q -s tests/hil/test_41_soak_day.py -m slow

mutation: $(VENV)/.dev-ready  ## Change the gate and the measurement line by line: does a test notice? (up to 20 minutes)
	@$(PYTEST) -q -s tests/mutation -m slow

check: $(VENV)/.dev-ready  ## Lint, types, architecture
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/pyright
	@$(PYTEST) -q tests/unit/test_architecture.py

requirements: $(VENV)/.dev-ready  ## Show what was promised, what was measured, what was not shown
	@$(BIN)/pocketk requirements

benchmarks: $(VENV)/.dev-ready  ## Time our code beside its alternatives, interleaved in one run
	@$(PYTEST) -q benchmarks -s

benchmark-evaluation: $(VENV)/.dev-ready  ## Evaluate 62,290 recordings with pocketk-s: windows/s, memory, share in the network
	@POCKETK_EVALUATION_RECORDINGS=62290 $(PYTEST) -q -s benchmarks/test_evaluation_speed.py

benchmark-inference: $(VENV)/.dev-ready  ## Speed, cold start and memory of the device's path, into docs/performance.md (10 minutes on a quiet machine)
	@POCKETK_BENCHMARK_ROUNDS=100 POCKETK_BENCHMARK_STARTS=10 POCKETK_BENCHMARK_PAGE=docs $(PYTEST) -q -s benchmarks/test_inference_speed.py

resolve: $(VENV)/.dev-ready  ## Show that every extra resolves on Python 3.11, 3.12 and 3.13
	@$(PYTEST) -q tests/unit/test_supported_pythons.py

bundles: $(VENV)/.dev-ready  ## Export the shipped bundles anew
	@$(BIN)/pocketk export --untrained --out models/bundles/pocketk-untrained
	@$(MAKE) --no-print-directory sign-bundles

sign-bundles: $(VENV)/.dev-ready  ## Sign the shipped bundles with the demonstration key, which anybody has
	@$(BIN)/pocketk bundle sign --demonstration models/bundles/*

train-default: $(VENV)/.dev-ready  ## Make the released model pocketk-s anew in out/release (45 minutes on 2 cores; DATA=recordings)
	@$(BIN)/pocketk release $(if $(wildcard $(DATA)/ludb),--data '$(DATA)') --out $(RELEASE) $(ARGS)

judge-default: $(VENV)/.dev-ready  ## Judge out/release on 31,000 further patients, beside the oracle and averaged beats (half an hour)
	@test -f $(RELEASE)/judged/cohort.json || $(BIN)/pocketk simulate --patients 31000 --seconds 30 --seed 1401 --internal-share 1 --out $(RELEASE)/judged
	@$(BIN)/pocketk evaluate $(RELEASE)/judged --run $(RELEASE)/run --operating-points $(RELEASE)/calibration.json --no-gate --out $(RELEASE)/judgement
	@$(BIN)/pocketk compare-references $(RELEASE)/train-10s $(RELEASE)/judged --predictions $(RELEASE)/judgement/predictions.parquet --run $(RELEASE)/run --beat-recordings 30000 --beat-clips 1 --out $(RELEASE)/references

seeds-default: $(VENV)/.dev-ready  ## Train out/release twice more with other seeds and judge all three alike (an hour)
	@for seed in 1 2; do \
	  test -f $(RELEASE)/run-$$seed/run.json || $(BIN)/pocketk train --again $(RELEASE)/run --seed $$seed --out $(RELEASE)/run-$$seed || exit; \
	  $(BIN)/pocketk evaluate $(RELEASE)/judged --run $(RELEASE)/run-$$seed --no-gate --out $(RELEASE)/judgement-$$seed || exit; \
	done
	@$(BIN)/pocketk compare-seeds $(RELEASE)/judgement $(RELEASE)/judgement-1 $(RELEASE)/judgement-2 --out $(RELEASE)/seeds

quantise-default: $(VENV)/.dev-ready  ## Half precision and full static int8 of out/release beside the network on its judged patients (a quarter of an hour)
	@$(BIN)/pocketk export $(RELEASE)/run/model.safetensors --out $(RELEASE)/single-precision $(OUTPUTS) \
	  --calibration $(RELEASE)/calibration.json --formats tflite-int8 --formats tflite-fp16 \
	  --formats-out $(RELEASE)/formats --calibration-cohort $(RELEASE)/train-10s
	@for name in tflite-fp16 tflite-int8; do \
	  $(BIN)/pocketk quantise-check $(RELEASE)/judged --candidate $(RELEASE)/formats/$$name.tflite \
	    --bundle $(RELEASE)/single-precision --no-gate --out $(RELEASE)/quantise-check/$$name || [ $$? -eq 1 ] || exit; \
	  cp $(RELEASE)/quantise-check/$$name/quantise-check.json docs/quantisation/$$name.json || exit; \
	done

publish-default: $(VENV)/.dev-ready  ## Put out/release as it was judged, with its seeds, into models/bundles and sign it
	@$(BIN)/python -m pocketk.export.across_cpus.prepare out/other-cpu
	@$(BIN)/pocketk export $(RELEASE)/run/model.safetensors --out models/bundles/pocketk-s \
	  $(OUTPUTS) --calibration $(RELEASE)/calibration.json \
	  --public-recordings LUDB --public-recordings PTB-XL --public-recordings 'PhysioNet/CinC Challenge 2021' \
	  --public-recordings 'CPSC 2018' --run $(RELEASE)/run --release $(RELEASE)/release.json \
	  --evaluation $(RELEASE)/judgement --evaluation $(RELEASE)/evaluation --evaluation $(RELEASE)/evaluation-morphed \
	  --comparison $(RELEASE)/references $(if $(wildcard $(RELEASE)/seeds),--seeds $(RELEASE)/seeds) \
	  --bundle-formats $(BUNDLE_FORMATS) --other-cpus out/other-cpu
	@$(MAKE) --no-print-directory sign-bundles

train-smoke: $(VENV)/.dev-ready  ## The same in three minutes, to show that every step runs; no model to use
	@$(BIN)/pocketk release --smoke $(if $(wildcard $(DATA)/ludb),--data '$(DATA)') --out out/release-smoke $(ARGS)

cohort-50k: $(VENV)/.dev-ready  ## Simulate 50,000 recordings on two processes into out/cohort-50k; time and memory in its cost.json
	@$(BIN)/pocketk simulate --patients 50000 --positives 0.3 --seed $(COHORT_SEED) --processes 2 --out out/cohort-50k --overwrite

constraints.txt: | $(VENV)/bin/python
	@test -f $@ || { echo "constraints.txt is missing; restore it from git."; exit 2; }

clean:  ## Remove .venv and everything that was made
	rm -rf $(VENV) $(VENV)-tflite $(VENV)-fuzz out dist .pytest_cache .ruff_cache .hypothesis
