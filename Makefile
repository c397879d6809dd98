# The specification's targets; each calls npm, where the commands live.
.PHONY: setup-dev dev test fmt lint build docs demo clean

setup-dev:
	npm run setup

build: setup-dev

dev:
	npm start

demo:
	npm run demo

test:
	npm test

fmt:
	npm run fmt

lint:
	npm run check

docs:
	npm run docs

clean:
	rm -rf build coverage
