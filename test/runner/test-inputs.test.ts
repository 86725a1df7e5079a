import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { accepted, problems } from "./parsing.ts";

const tested = { context: ".", "test-configs": "tests/*.yaml\ntests/more.json" };

describe("the inputs of structure tests", () => {
	it("are nothing without configs", () => {
		assert.equal(accepted({ context: "." }).tests, undefined);
		assert.equal(accepted({ "structure-test": "/opt/cst", "test-timeout": "5m" }).tests, undefined);
	});

	it("have a time of ten minutes unless one is given", () => {
		assert.deepEqual(accepted(tested).tests, {
			configs: ["tests/*.yaml", "tests/more.json"],
			timeoutMs: 600_000,
		});
		const given = {
			...tested,
			"test-timeout": "90s",
			"structure-test": "/opt/cst",
			"test-report": "out/j.xml",
		};
		assert.deepEqual(accepted(given).tests, {
			configs: ["tests/*.yaml", "tests/more.json"],
			timeoutMs: 90_000,
			binary: "/opt/cst",
			report: "out/j.xml",
		});
	});

	for (const wrong of ["0s", "ten", "10", "1.5m", "25d", "-1m"]) {
		it(`refuse a timeout of ${wrong}`, () => {
			const [problem = ""] = problems({ ...tested, "test-timeout": wrong });
			assert.match(problem, /^test-timeout: "\S+"; allowed: a whole number and a unit .*, from 1s to 24d$/);
		});
	}

	it("want an image that is in the engine", () => {
		const configs = { "test-configs": "t.yaml" };
		const allowed = "allowed: with images, or with context and load";
		assert.deepEqual(problems(configs), [`test-configs: there is no image to test; ${allowed}`]);
		assert.deepEqual(problems({ ...configs, context: ".", push: "true" }), [
			`test-configs: the built image doesn't stay in the engine; ${allowed}`,
		]);
		assert.deepEqual(accepted({ ...configs, images: "bazel-bin/image" }).warnings, []);
		assert.deepEqual(accepted({ ...configs, context: ".", push: "true", load: "true" }).warnings, []);
	});

	it("say so where the built image is not tested", () => {
		const { warnings } = accepted({ ...tested, push: "true", images: "bazel-bin/image" });
		assert.match(warnings.join("\n"), /^test-configs: only images are tested; the built one is not loaded/);
	});

	it("refuse a report of nothing", () => {
		assert.deepEqual(problems({ context: ".", "test-report": "j.xml" }), [
			"test-report: needs test-configs, without which nothing is tested",
		]);
	});
});
